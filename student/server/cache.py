"""Speech that was asked for before: made once, for all who ask for it at the same time or later.

What is kept is PCM of 16 bits, of which any format is encoded; what is made anew is rounded to the
same 16 bits, so that nobody hears which of them it was.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from importlib.metadata import version
from typing import Protocol

import numpy as np
from pydantic import Field

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, from_pcm_16, pcm_16
from speech.config import Config
from speech.synthesizer import SynthesisRequest, Synthesizer
from student.server.cache_stores import MemoryStore, RedisStore, Store

SECOND = 2 * SAMPLE_RATE
"""bytes: what is found is given in pieces, as what is made"""
VERSION = version("tts-distill")
ANSWERS = ("hit", "joined", "miss")
"""kept; being made for somebody else; made"""


class CacheConfig(Config):
    bytes: int = Field(ge=0)
    """most that is kept in this process; 0: nothing"""
    redis: str | None
    """redis://host:port/number that keeps it instead, for several servers"""
    ttl_s: int = Field(ge=1)
    """seconds that Redis keeps it"""


class Speaking(Protocol):
    """What streams speech: the engine, and the cache before it."""

    def stream(
        self, synthesizer: Synthesizer, request: SynthesisRequest
    ) -> AsyncIterator[Wave]: ...


def open_store(config: CacheConfig) -> Store:
    """Raises InputError for what is no address of a Redis."""
    if config.redis is None:
        return MemoryStore(config.bytes)
    return RedisStore(config.redis, config.ttl_s)


def cache_key(synthesizer: Synthesizer, request: SynthesisRequest) -> str:
    """A hash of all that the sound depends on; the text cannot be read in it."""
    model = VERSION, synthesizer.name, synthesizer.revision
    asked = request.voice, request.language, request.seed, request.speed, request.text
    return hashlib.sha256(json.dumps([*model, *asked]).encode()).hexdigest()


class SpeechCache:
    """Streams as the engine does; asks it for what it does not have."""

    def __init__(self, store: Store, engine: Speaking) -> None:
        self.store, self.engine = store, engine
        self.requests = Counter(dict.fromkeys(ANSWERS, 0))
        self._flights: dict[str, _Flight] = {}

    async def stream(
        self, synthesizer: Synthesizer, request: SynthesisRequest
    ) -> AsyncIterator[Wave]:
        """Raises what `engine.stream` does, to all who wait for the same speech."""
        key = cache_key(synthesizer, request)
        kept = None if key in self._flights else await self.store.get(key)
        if kept is not None:
            self.requests["hit"] += 1
            for start in range(0, len(kept), SECOND):
                yield _wave(kept[start : start + SECOND])
            return
        self.requests["joined" if key in self._flights else "miss"] += 1
        if key not in self._flights:
            self._flights[key] = _Flight(self, key, self.engine.stream(synthesizer, request))
        async with aclosing(self._flights[key].follow()) as pieces:
            async for pcm in pieces:
                yield _wave(pcm)

    async def close(self) -> None:
        await self.store.close()

    def land(self, key: str) -> None:
        """No one can join any more."""
        self._flights.pop(key, None)


def _wave(pcm: bytes) -> Wave:
    return from_pcm_16(np.frombuffer(pcm, "<i2"))


class _Flight:
    """Pieces on their way to all who follow. The next one is asked for once somebody has all that are
    there; when nobody is left, no more is made, and nothing is kept."""

    def __init__(self, cache: SpeechCache, key: str, waves: AsyncIterator[Wave]) -> None:
        self._cache, self._key = cache, key
        self._pieces: list[bytes] = []
        self._followers, self._ended = 0, False
        self._error: Exception | None = None
        self._news, self._wanted = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._fill(waves))

    async def follow(self) -> AsyncGenerator[bytes, None]:
        """From the first piece on, whenever it is called."""
        self._followers += 1
        try:
            place = 0
            while not (self._ended and place == len(self._pieces)):
                if place < len(self._pieces):
                    yield self._pieces[place]
                    place += 1
                else:
                    self._wanted.set()
                    await self._news.wait()
            if self._error is not None:
                raise self._error
        finally:
            self._followers -= 1
            if not self._followers and not self._ended:
                self._cache.land(self._key)
                self._task.cancel()

    async def _fill(self, waves: AsyncIterator[Wave]) -> None:
        """What is whole is kept after its followers have it: a slow store holds up no one."""
        try:
            async with aclosing(waves):  # type: ignore[type-var]
                async for wave in waves:
                    self._pieces.append(pcm_16(wave).tobytes())
                    self._wanted.clear()
                    self._tell()
                    await self._wanted.wait()
        except Exception as error:
            self._error = error
        self._ended = True
        self._tell()
        pcm = b"".join(self._pieces)
        if pcm and self._error is None:
            await self._cache.store.put(self._key, pcm)
        self._cache.land(self._key)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
