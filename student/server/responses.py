"""Speech as a response: headers once the first piece is there, and no work for a client that is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from speech.audio.waveform import Wave
from student.server.encode import Encoder


class SpeechResponse(Response):
    """The bytes of an encoder. What the first piece raises becomes a response of its own; after it
    the connection ends."""

    def __init__(self, pieces: AsyncIterator[Wave], encoder: Encoder) -> None:
        self.pieces, self.encoder = pieces, encoder
        self.status_code, self.background = 200, None
        self.init_headers({"content-type": encoder.content_type})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        leaving.add_done_callback(lambda _: sending.cancel())
        try:
            await asyncio.wait([sending])
        finally:
            leaving.cancel()
            sending.cancel()
        if not sending.cancelled():
            sending.result()

    async def _send(self, send: Send) -> None:
        started = False
        async with aclosing(self.pieces) as pieces:  # type: ignore[type-var]
            async for wave in pieces:
                if not started:
                    started = True
                    start = {"status": self.status_code, "headers": self.raw_headers}
                    await send({"type": "http.response.start", **start})
                data = self.encoder.push(wave)
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": self.encoder.finish()})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
