"""How long the server waits for a client to take what is there."""

import asyncio
from collections.abc import Awaitable

PATIENCE_S = 60.0
"""how long a client may take no byte"""


async def patiently(sending: Awaitable[object]) -> None:
    """Send; raises asyncio.TimeoutError after `PATIENCE_S`.

    Unlike `asyncio.wait_for`, which on Python 3.10 and 3.11 swallows a cancellation that comes as the
    sending ends: a client's leaving does both at once.
    """
    task = asyncio.ensure_future(sending)
    try:
        done, _ = await asyncio.wait([task], timeout=PATIENCE_S)
        if not done:
            raise asyncio.TimeoutError
        task.result()
    finally:
        task.cancel()
