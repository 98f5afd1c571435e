"""What a Wyoming client asks, and what it hears."""

import asyncio
from contextlib import asynccontextmanager

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.tts import Synthesize, SynthesizeVoice


class Server:
    """A Wyoming server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    @asynccontextmanager
    async def client(self):
        async with AsyncTcpClient("127.0.0.1", self.port) as client:
            yield client

    async def ask(self, event: Event) -> list[Event]:
        """What comes until the speech ends, or an error does."""
        async with self.client() as client:
            await client.write_event(event)
            return await until(client, AudioStop, Error)

    async def say(self, text: str, **voice: str) -> bytes:
        asked = SynthesizeVoice(**voice) if voice else None
        return pcm(await self.ask(Synthesize(text, voice=asked).event()))

    async def refuse(self, text: str, **voice: str) -> str:
        events = await self.ask(Synthesize(text, voice=SynthesizeVoice(**voice)).event())
        assert Error.is_type(events[-1].type)
        return Error.from_event(events[-1]).text


async def until(client: AsyncTcpClient, *kinds: type) -> list[Event]:
    events = []
    while event := await asyncio.wait_for(client.read_event(), 30):
        events.append(event)
        if any(kind.is_type(event.type) for kind in kinds):
            break
    return events


def pcm(events: list[Event]) -> bytes:
    first, *chunks, last = events
    assert AudioStart.is_type(first.type), first
    assert AudioStop.is_type(last.type)
    return b"".join(AudioChunk.from_event(chunk).audio for chunk in chunks)
