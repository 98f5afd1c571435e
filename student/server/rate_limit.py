"""How often each key may ask, by the library `limits`: in this process, or counted in a Redis."""

import math
import time
from collections.abc import Sequence

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from speech.config import Config
from speech.errors import InputError
from student.server.outage import Outage

REDIS_TIMEOUT_S = 0.5
SCHEMES = ("redis://", "rediss://", "redis+unix://")
ALLOWED = '60/minute, or several: "5/second;1000/day"'


class RateLimitConfig(Config):
    per_key: str | None
    """requests: 60/minute, or several with ; between; null: as many as come"""
    redis: str | None
    """redis://host:port/number that counts for several servers; null: each counts for itself"""


class RateLimit:
    """Windows that move on, so that a key has its whole allowance again after the time it was given."""

    def __init__(self, config: RateLimitConfig) -> None:
        """Raises InputError for what is no limit."""
        self.limits = _parsed(config.per_key)
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._shared = (
            None if config.redis is None else MovingWindowRateLimiter(_redis(config.redis))
        )
        self._outage = Outage("the rate limit's Redis", "this process counts for itself")

    async def wait_s(self, who: str) -> int | None:
        """Count a request of this key; seconds that it has to wait, None where it may go on."""
        if not self.limits:
            return None
        if self._shared is not None and not self._outage.now:
            try:
                return await self._ask(self._shared, who)
            except StorageError as error:
                self._outage.begin(error.storage_error)
        return await self._ask(self._here, who)

    async def _ask(self, limiter: MovingWindowRateLimiter, who: str) -> int | None:
        for limit in self.limits:
            if not await limiter.hit(limit, who):
                window = await limiter.get_window_stats(limit, who)
                return max(1, math.ceil(window.reset_time - time.time()))
        return None


def _parsed(per_key: str | None) -> Sequence[RateLimitItem]:
    if per_key is None:
        return ()
    try:
        return parse_many(per_key)
    except ValueError as error:
        raise InputError(f"rate_limit.per_key={per_key!r:.80}; allowed: {ALLOWED}") from error


def _redis(url: str) -> RedisStorage:
    if not url.startswith(SCHEMES):  # of another the library says that it lacks a package
        raise InputError(f"rate_limit.redis={url:.80}: allowed is redis://host:port/number")
    try:
        return RedisStorage(
            f"async+{url}",
            wrap_exceptions=True,
            implementation="redispy",
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
        )
    except ValueError as error:
        raise InputError(f"rate_limit.redis: {error}") from error
