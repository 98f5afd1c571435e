"""A batch that hangs is ended with its worker: nothing less stops a call that never returns.

What was in flight is then tried alone (`pipelines.speak.quarantine`), and what hangs there is rejected.
"""

import os
import sys
import threading

from speech.storage.temporaries import remove_own

EXIT_STATUS = 75
"""EX_TEMPFAIL of sysexits.h: it is worth another try"""


class Deadline:
    """Ends the process unless it is set anew, or cancelled, in time."""

    def __init__(self, seconds: float | None) -> None:
        """Args:
        seconds: that a batch may take to be spoken and judged; None for any.
        """
        self.seconds = seconds
        self._timer: threading.Timer | None = None

    def restart(self) -> None:
        """A batch begins."""
        self.cancel()
        if self.seconds is not None:
            self._timer = threading.Timer(self.seconds, self._end)
            self._timer.daemon = True
            self._timer.start()

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        print(
            f"a batch was not done in {self.seconds:g} s (runner.batch_deadline_s), and its worker "
            "ends; run it again: what hangs is tried alone and rejected",
            file=sys.stderr,
            flush=True,
        )
        remove_own()
        os._exit(EXIT_STATUS)
