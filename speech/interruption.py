"""Ctrl-C while a command imports: a line and a status, rather than a traceback of whatever is half
imported. `speech.signals` takes over once it is imported itself, which takes a tenth of a second.

Here stands only what Python has imported by itself when it starts, and `signal`.
"""

import os
import signal
import sys
from itertools import pairwise
from types import FrameType

OURS = ("speech", "teacher", "student", "pipelines", "eval")
SCRIPT = "tts-distill"
CLEAR_LINE, SHOW_CURSOR = b"\r\x1b[K", b"\x1b[?25h"
"""what is left of a progress bar, and the cursor that it has hidden"""
ENDED = b"interrupted: run the same command again to continue\n"


def is_command() -> bool:
    """Whether this process is `tts-distill`, or `python -m` of one of our modules, and has imported
    no more than its packages. Another program that imports us keeps its handlers."""
    if sys.argv[:1] == ["-m"]:
        return _module().partition(".")[0] in OURS
    return os.path.basename("".join(sys.argv[:1])) == SCRIPT


def _module() -> str:
    """What stands after -m on the command line."""
    flags = pairwise(sys.orig_argv)
    return next((n for f, n in flags if f[:1] == "-" and f[1:].isalpha() and f[-1] == "m"), "")


def heed_early() -> None:
    """End a command with one line from now on; what is ignored, as nohup's jobs do, stays ignored."""
    if is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: FrameType | None) -> None:
    """Nothing is begun yet that would have to be put away."""
    os.write(2, (CLEAR_LINE if os.isatty(2) else b"") + ENDED)
    os._exit(128 + number)
