"""How far a command is that reads or sends large files."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

Advance = Callable[[int], None]
"""told the bytes that are done with, from any thread"""
LINE_EVERY_S = 10.0


@contextmanager
def byte_progress(what: str, total: int, console: Console) -> Iterator[Advance]:
    """A bar on a terminal; elsewhere a line every ten seconds."""
    columns = (TextColumn(what), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task("", total=total or None)
    printed, lock = time.monotonic(), threading.Lock()

    def advance(count: int) -> None:
        nonlocal printed
        bar.update(task, advance=count)
        with lock:
            if not console.is_terminal and time.monotonic() - printed > LINE_EVERY_S:
                printed = time.monotonic()
                done = bar.tasks[0].completed
                console.print(f"{what}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB")

    with bar if console.is_terminal else nullcontext():
        yield advance
