"""Bodies are read whole before anything looks at them, and no further than is allowed."""

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from student.server.errors import ApiError


async def bounded(receive: Receive, headers: Headers, most_bytes: int) -> Receive:
    """What gives the body once more, in one message, then what `receive` goes on with.

    Raises:
        ApiError: 413, before the body is read where its headers tell its length.
    """
    told = headers.get("content-length", "")
    if told.isdecimal() and int(told) > most_bytes:
        raise _too_large(most_bytes)
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":  # its sender has left
            return _again(message, receive)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most_bytes:
            raise _too_large(most_bytes)
    return _again({"type": "http.request", "body": bytes(body), "more_body": False}, receive)


def _again(message: Message, receive: Receive) -> Receive:
    first: Message | None = message

    async def replayed() -> Message:
        nonlocal first
        if first is None:
            return await receive()
        given, first = first, None
        return given

    return replayed


def _too_large(most_bytes: int) -> ApiError:
    told = f"the body has more than {most_bytes} bytes, which are allowed"
    return ApiError(413, told, code="request_too_large")
