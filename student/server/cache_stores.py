"""Where speech that was made is kept: in this process, or in a Redis that several share."""

from collections import OrderedDict
from typing import Protocol

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from speech.errors import InputError
from student.server.outage import Outage

REDIS_TIMEOUT_S = 0.5
PREFIX = "tts-distill:speech:"


class Store(Protocol):
    """PCM of 16 bits by a key that says all that it depends on."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, pcm: bytes) -> None: ...

    async def close(self) -> None: ...

    @property
    def held_bytes(self) -> int:
        """Held in this process."""
        ...


class MemoryStore:
    """What was asked for last stays; `most_bytes` of it."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.held_bytes = most_bytes, 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def get(self, key: str) -> bytes | None:
        pcm = self._kept.get(key)
        if pcm is not None:
            self._kept.move_to_end(key)
        return pcm

    async def put(self, key: str, pcm: bytes) -> None:
        if len(pcm) > self.most_bytes:
            return
        self.held_bytes += len(pcm) - len(self._kept.pop(key, b""))
        self._kept[key] = pcm
        while self.held_bytes > self.most_bytes:
            self.held_bytes -= len(self._kept.popitem(last=False)[1])

    async def close(self) -> None:
        self._kept.clear()
        self.held_bytes = 0


class RedisStore:
    """Each lives for `ttl_s`; while Redis is away nothing is found, and nothing fails."""

    held_bytes = 0

    def __init__(self, url: str, ttl_s: int) -> None:
        """Raises InputError for what is no address of a Redis."""
        try:
            self._redis = redis.asyncio.from_url(
                url,
                socket_timeout=REDIS_TIMEOUT_S,
                socket_connect_timeout=REDIS_TIMEOUT_S,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError as error:
            raise InputError(f"cache.redis: {error}") from error
        self._ttl_s = ttl_s
        self._outage = Outage("the cache's Redis", "speech is made anew")

    async def get(self, key: str) -> bytes | None:
        if self._outage.now:
            return None
        try:
            return await self._redis.get(PREFIX + key)
        except (RedisError, OSError) as error:
            self._outage.begin(error)
            return None

    async def put(self, key: str, pcm: bytes) -> None:
        if self._outage.now:
            return
        try:
            await self._redis.set(PREFIX + key, pcm, ex=self._ttl_s)
        except (RedisError, OSError) as error:
            self._outage.begin(error)

    async def close(self) -> None:
        await self._redis.aclose()
