"""A Redis that the server can do without: when to ask it again, and a line a minute meanwhile."""

import logging
import time

from speech.errors import in_one_line

RETRY_S, QUIET_S = 5.0, 60.0

logger = logging.getLogger(__name__)


class Outage:
    """Of one service; it is left alone for some seconds after each failure."""

    def __init__(self, what: str, meanwhile: str) -> None:
        """`what`: the service, and what is done `meanwhile`, as the log tells it."""
        self.what, self.meanwhile = what, meanwhile
        self._ask_at = self._tell_at = -float("inf")

    @property
    def now(self) -> bool:
        return time.monotonic() < self._ask_at

    def begin(self, error: BaseException) -> None:
        time_s = time.monotonic()
        self._ask_at = time_s + RETRY_S
        if time_s >= self._tell_at:
            self._tell_at = time_s + QUIET_S
            logger.warning("%s is away (%s): %s", self.what, in_one_line(error), self.meanwhile)
