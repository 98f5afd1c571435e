"""Each text that Wyoming's clients ask for, counted, logged and waited for as HTTP's requests are.

The label `format` of its metrics is "wyoming". A line of the log has no text, unless it is asked for.
"""

import json
import logging
import time

from student.server.metrics import Metrics
from student.server.readiness import Readiness
from student.server.request_watch import LEFT

FORMAT = "wyoming"

logger = logging.getLogger(__name__)


class WyomingWatch:
    """Of all connections."""

    def __init__(self, metrics: Metrics, readiness: Readiness, log_text: bool) -> None:
        self.metrics, self.readiness, self.log_text = metrics, readiness, log_text

    def begin(self) -> "WyomingRequest":
        return WyomingRequest(self)


class WyomingRequest:
    """From the event that asks for speech to the last one of the answer."""

    def __init__(self, watch: WyomingWatch) -> None:
        self.watch, self._began = watch, time.perf_counter()
        self.model, self.text = "", ""
        self.first_s: float | None = None
        """to the first of its sound"""
        watch.readiness.running += 1

    def note_sound(self) -> None:
        """Some of it is sent."""
        self.first_s = self.first_s or self._age_s

    def end(self, status: int = LEFT) -> None:
        """HTTP's status of such an answer; without one, the client left."""
        metrics, age_s = self.watch.metrics, self._age_s
        self.watch.readiness.running -= 1
        metrics.requests.labels(self.model, FORMAT, status).inc()
        if status == LEFT:
            metrics.cancelled.inc()
        elif status == 200 and self.first_s:
            metrics.first_byte.labels(self.model, FORMAT).observe(self.first_s)
            metrics.last_byte.labels(self.model, FORMAT).observe(age_s)
        told = [FORMAT, str(status), f"{age_s:.3f} s"]
        if self.first_s:
            told.append(f"first byte {self.first_s:.3f} s")
        told += [self.model, f"{len(self.text)} characters"] if self.model else []
        if self.watch.log_text and self.text:
            told.append(json.dumps(self.text, ensure_ascii=False))
        logger.info("%s", ", ".join(told))

    @property
    def _age_s(self) -> float:
        return time.perf_counter() - self._began
