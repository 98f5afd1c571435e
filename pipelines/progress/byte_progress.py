"""How far a command is that reads or sends large files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from speech.progress import Bar

Advance = Callable[[int], None]
"""told the bytes that are done with, from any thread"""


@contextmanager
def byte_progress(what: str, total: int, console: Console) -> Iterator[Advance]:
    """Megabytes, their speed, and the time left; `total` 0 where nobody knows it."""
    with Bar(what, total or None, console, "MB") as bar:
        yield bar.advance
