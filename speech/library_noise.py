"""What libraries warn of is for developers, and reaches no user of a command: Python's warnings, and
lines of their logs below an error. Our own lines do, as they are.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from speech.interruption import OURS

VERBOSITIES = ("DATASETS_VERBOSITY", "HF_HUB_VERBOSITY", "TRANSFORMERS_VERBOSITY")
"""of libraries that print by handlers of their own, and read this when they are imported"""


class _UserLines(logging.StreamHandler[TextIO]):
    """Ours, and errors, on stderr. Where the root logger has a handler, a library's
    `logging.basicConfig` adds none that shows all."""

    def __init__(self) -> None:
        logging.Handler.__init__(self, logging.WARNING)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """What it is at the moment: a progress bar puts one in its place that keeps clear of it."""
        return sys.stderr

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or record.name.partition(".")[0] in OURS


def hush_process() -> None:
    """From now on, for all that this process imports; its children read the environment."""
    for name in VERBOSITIES:
        os.environ.setdefault(name, "error")
    logging.captureWarnings(True)
    logging.getLogger().addHandler(_UserLines())


@contextmanager
def hushed() -> Iterator[None]:
    """While the block runs, unless the process is hushed already."""
    root = logging.getLogger()
    logging.captureWarnings(True)
    if any(isinstance(handler, _UserLines) for handler in root.handlers):
        yield
        return
    root.addHandler(handler := _UserLines())
    try:
        yield
    finally:
        root.removeHandler(handler)
