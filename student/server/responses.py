"""Speech as a response: its headers once the first piece is there, no work for a client that is gone.

What is raised before the first piece becomes an error response; after it, the connection ends without
the last chunk, by which every client knows that something is missing.
"""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from typing import cast

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from student.server.encode import Encoder
from student.server.errors import ApiError
from student.server.patience import PATIENCE_S, patiently

log = logging.getLogger(__name__)


class SpeechResponse(Response):
    """The bytes of an encoder, as they come."""

    def __init__(self, pieces: AsyncIterator[Wave], encoder: Encoder) -> None:
        self.pieces = cast(AsyncGenerator[Wave, None], pieces)
        self.encoder, self.started = encoder, False
        self.status_code, self.background = 200, None
        self.init_headers({"content-type": encoder.content_type, "cache-control": "no-cache"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        speaking = asyncio.create_task(self._speak(send))
        leaving = asyncio.create_task(_left(receive))
        leaving.add_done_callback(lambda _: speaking.cancel())
        try:
            await asyncio.wait([speaking])
        finally:
            leaving.cancel()
            speaking.cancel()
        with suppress(asyncio.CancelledError):  # of a client that is gone
            speaking.result()

    async def _speak(self, send: Send) -> None:
        try:
            async with aclosing(self.pieces) as pieces:
                async for wave in pieces:
                    await self._send(send, await self._encoded(wave))
            await self._send(send, self._last(self.encoder.finish()), more=False)
        except ApiError as error:
            if not self.started:
                raise
            log.warning("a response ended early: %s", error.code)  # a message may tell the text
            await self._fail(send, error)
        except asyncio.TimeoutError:
            log.warning("a client took nothing for %g s", PATIENCE_S)

    async def _encoded(self, wave: Wave) -> bytes:
        if self.encoder.slow:
            return self._framed(await asyncio.to_thread(self.encoder.push, wave))
        return self._framed(self.encoder.push(wave))

    async def _send(self, send: Send, data: bytes, more: bool = True) -> None:
        if not self.started:
            self.started = True
            start = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **start})
        body = {"type": "http.response.body", "body": data, "more_body": more}
        await patiently(send(body))

    def _framed(self, data: bytes) -> bytes:
        return data

    def _last(self, data: bytes) -> bytes:
        return data

    async def _fail(self, send: Send, error: ApiError) -> None:
        """The server closes a connection whose response is not complete."""


class SpeechEvents(SpeechResponse):
    """The same bytes in base64 as server-sent events, as OpenAI's stream_format=sse."""

    def __init__(self, pieces: AsyncIterator[Wave], encoder: Encoder, characters: int) -> None:
        """`characters` of the text, which usage counts beside hundredths of a second of sound."""
        super().__init__(pieces, encoder)
        self.headers["content-type"] = "text/event-stream; charset=utf-8"
        self.characters, self.samples = characters, 0

    async def _encoded(self, wave: Wave) -> bytes:
        self.samples += len(wave)
        return await super()._encoded(wave)

    def _framed(self, data: bytes) -> bytes:
        audio = base64.b64encode(data).decode()
        return _event({"type": "speech.audio.delta", "audio": audio}) if data else b""

    def _last(self, data: bytes) -> bytes:
        counts = {
            "input_tokens": self.characters,
            "output_tokens": round(100 * self.samples / SAMPLE_RATE),
        }
        usage = {**counts, "total_tokens": sum(counts.values())}
        return self._framed(data) + _event({"type": "speech.audio.done", "usage": usage})

    async def _fail(self, send: Send, error: ApiError) -> None:
        await self._send(send, _event({"type": "error", **error.body}), more=False)


def _event(data: Mapping[str, object]) -> bytes:
    return f"data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
