"""Each request as it was answered: for the metrics, for the log, and for who waits for the last one.

A line of the log has no text that was to be spoken, unless the configuration asks for it.
"""

import json
import logging
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from student.server.guard import OPEN, OPEN_FOLDER
from student.server.metrics import Metrics
from student.server.readiness import Readiness

LEFT = 499
"""nginx's status of a client that left before there was one"""
QUIET = OPEN | {"/metrics"}

logger = logging.getLogger(__name__)


def note_speech(state: MutableMapping[str, Any], model: str, format: str, text: str) -> None:
    """What a request is for, told by who answers it (`request.scope["state"]`)."""
    state["speech"] = {"model": model, "format": format, "text": text}


class RequestWatch:
    """Middleware, around all others."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, readiness: Readiness, log_text: bool
    ) -> None:
        self.app, self.metrics, self.readiness, self.log_text = app, metrics, readiness, log_text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path in QUIET or path.startswith(OPEN_FOLDER):
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        answer = _Answer(receive, send)
        self.readiness.running += 1
        try:
            await self.app(scope, answer.receive, answer.send)
        finally:
            self.readiness.running -= 1
            self._count(scope, answer)
            self._log(scope, answer)

    def _count(self, scope: Scope, answer: "_Answer") -> None:
        speech = scope["state"].get("speech", {})
        model, format = speech.get("model", ""), speech.get("format", "")
        self.metrics.requests.labels(model, format, answer.status).inc()
        if answer.left:
            self.metrics.cancelled.inc()
        elif speech and answer.status == 200 and answer.first_s and answer.last_s:
            self.metrics.first_byte.labels(model, format).observe(answer.first_s)
            self.metrics.last_byte.labels(model, format).observe(answer.last_s)

    def _log(self, scope: Scope, answer: "_Answer") -> None:
        speech = scope["state"].get("speech", {})
        holder = scope["state"].get("holder")
        path = f"{scope['path']!r:.80}"  # a line of its own, whatever was sent
        told = [scope["method"], path, str(answer.status), f"{answer.age_s:.3f} s"]
        if answer.first_s:
            told.append(f"first byte {answer.first_s:.3f} s")
        if answer.left:
            told.append("client left")
        if holder:
            told.append(f"key {holder}")
        if speech:
            told += [
                str(speech["model"]),
                str(speech["format"]),
                f"{len(speech['text'])} characters",
            ]
        if speech and self.log_text:
            told.append(json.dumps(speech["text"], ensure_ascii=False))
        logger.info("%s", ", ".join(told))


class _Answer:
    """A response on its way out."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send, self._began = receive, send, time.perf_counter()
        self._started: int | None = None
        self._gone = False
        self.first_s: float | None = None
        """to the first byte of its body"""
        self.last_s: float | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        self._gone = self._gone or message["type"] == "http.disconnect"
        return message

    async def send(self, message: Message) -> None:
        await self._send(message)
        if message["type"] == "http.response.start":
            self._started = message["status"]
        elif message["type"] == "http.response.body":
            if self.first_s is None and message.get("body"):
                self.first_s = self.age_s
            if not message.get("more_body", False):
                self.last_s = self.age_s

    @property
    def age_s(self) -> float:
        return time.perf_counter() - self._began

    @property
    def left(self) -> bool:
        """Whether the client went away before the last byte."""
        return self.last_s is None and self._gone

    @property
    def status(self) -> int:
        if self.left:
            return LEFT
        return 500 if self.last_s is None or self._started is None else self._started
