"""Whether the server takes work, and how it ends: nothing new, and what is begun is finished."""

import asyncio
import threading
import time

from student.server.errors import SERVER, ApiError

TICK_S = 0.05
RETRY_AFTER_S = 5
"""by when another server has taken this one's place"""


class Readiness:
    """Models are loaded and warm before there is a server, so it is ready until it is told to end."""

    def __init__(self) -> None:
        self.draining = False
        self.running = 0
        """requests that are being answered"""

    def check(self) -> None:
        """Raises ApiError (503) where no new work is taken."""
        if self.draining:
            told = f"this server is about to end; try again in {RETRY_AFTER_S} s"
            retry = {"Retry-After": str(RETRY_AFTER_S)}
            raise ApiError(503, told, SERVER, "server_draining", headers=retry)

    async def drain(self, stop: threading.Event, most_s: float) -> None:
        """Wait for `stop`; then take nothing new, and return once all is answered, or after
        `most_s`."""
        while not stop.is_set():
            await asyncio.sleep(TICK_S)
        self.draining = True
        until = time.monotonic() + most_s
        while self.running and time.monotonic() < until:
            await asyncio.sleep(TICK_S)
