"""What every request passes before anything looks at it: readiness, key, rate limit, size."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from student.server.body_limit import bounded
from student.server.errors import ApiError, response_of
from student.server.keys import KeyRing, bearer
from student.server.rate_limit import RateLimit
from student.server.readiness import Readiness

OPEN = frozenset({"/", "/favicon.ico", "/docs", "/openapi.json", "/healthz", "/readyz"})
"""what needs no key, and is answered at any time: the page and its files, what the API is, health"""
OPEN_FOLDER = "/static/"


class Guard:
    """Middleware. Who has no key is told apart by address."""

    def __init__(
        self,
        app: ASGIApp,
        readiness: Readiness,
        keys: KeyRing,
        rate_limit: RateLimit,
        max_body_bytes: int,
        open_paths: frozenset[str] = OPEN,
    ) -> None:
        self.app, self.readiness, self.keys = app, readiness, keys
        self.rate_limit, self.max_body_bytes, self.open_paths = (
            rate_limit,
            max_body_bytes,
            open_paths,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._open(scope["path"]):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self.readiness.check()
            scope.setdefault("state", {})["holder"] = holder = self._holder(headers)
            await self._check_rate(holder or _address(scope))
            receive = await bounded(receive, headers, self.max_body_bytes)
        except ApiError as error:
            await response_of(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _open(self, path: str) -> bool:
        return path in self.open_paths or path.startswith(OPEN_FOLDER)

    def _holder(self, headers: Headers) -> str | None:
        """Of the request's key; None where no key is asked for. Raises ApiError (401)."""
        if not self.keys:
            return None
        key = bearer(headers.get("authorization", ""))
        if holder := self.keys.holder(key):
            return holder
        told = "the API key is not one of this server's" if key else "an API key is needed"
        raise ApiError(
            401,
            f"{told}: send it as Authorization: Bearer KEY",
            code="invalid_api_key",
            headers={"WWW-Authenticate": "Bearer"},
        )

    async def _check_rate(self, who: str) -> None:
        """Raises ApiError (429)."""
        wait_s = await self.rate_limit.wait_s(who)
        if wait_s is not None:
            allowed = " and ".join(map(str, self.rate_limit.limits))
            told = f"more than {allowed} by one key; try again in {wait_s} s"
            retry = {"Retry-After": str(wait_s)}
            raise ApiError(429, told, "rate_limit_error", "rate_limit_exceeded", headers=retry)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
