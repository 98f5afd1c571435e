"""Progress that people see: workers append to small local files, the launcher draws a bar.

Beam's direct runner prints nothing. Files work whichever thread or process a bundle runs in; where
workers share no folder with the launcher, markers tell (`pipelines.marker_progress`).
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Protocol

import rich.progress
from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.text import Text

from pipelines.run_folders import RunFolders

REFRESH_S = 0.5
LINE_EVERY_S = 10.0


@dataclass(frozen=True)
class Progress:
    """What happened since the report before."""

    accepted: int = 0
    rejected: int = 0
    audio_s: float = 0.0
    """of the clips accepted"""
    tries: int = 0
    """clips spoken, whatever became of them"""
    known: int = 0
    """rows that an earlier run has made"""
    lines: int = 0
    """of the corpus that were planned"""

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def done(self) -> int:
        """Rows made in this run."""
        return self.accepted + self.rejected


class ProgressFile:
    """A worker's end: one line for each batch."""

    def __init__(self, folder: str | None) -> None:
        self.path = Path(folder) / f"{os.getpid()}-{threading.get_ident()}" if folder else None

    def report(self, more: Progress) -> None:
        if self.path is not None:
            with self.path.open("a") as stream:
                stream.write(json.dumps(astuple(more)) + "\n")


class Source(Protocol):
    """Who knows how far a job is."""

    def update(self) -> Progress:
        """All that has happened until now; called twice a second."""


class Totals:
    """The sum over all workers.

    Each line is read once: a corpus of a million lines is as quick to follow as one of ten.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, int] = {}
        self._sum = Progress()

    def update(self) -> Progress:
        for path in self.folder.iterdir():
            with path.open("rb") as stream:
                stream.seek(self._read.get(path, 0))
                for line in stream:
                    if not line.endswith(b"\n"):  # it is still being written
                        break
                    self._sum += Progress(*json.loads(line))
                    self._read[path] = self._read.get(path, 0) + len(line)
        return self._sum


class _Rate(ProgressColumn):
    """Clips, tries, hours, accepted share, times real time, time left."""

    def render(self, task: Task) -> Text:
        found: Progress = task.fields["found"]
        share = found.accepted / found.done if found.done else 1.0
        elapsed = task.elapsed or 0.0
        speed = found.audio_s / elapsed if elapsed else 0.0
        return Text(
            f"{found.accepted} clips of {found.tries} tries  {found.audio_s / 3600:.2f} h  "
            f"{share:.0%} accepted  {speed:.1f}x real time  {_left(task)} left",
            no_wrap=True,
        )


class _Left(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{_left(task)} left")


def _left(task: Task) -> str:
    left = task.time_remaining
    return "-" if left is None else f"{left // 60:.0f}:{left % 60:02.0f}"


@contextmanager
def show_planning(folders: RunFolders | None, lines: int, console: Console) -> Iterator[None]:
    """Follow the first job, over `lines` of the corpus, until the block ends."""

    def count(found: Progress) -> tuple[int, int]:
        return found.lines, max(lines, found.lines)

    def line(found: Progress) -> str:
        return f"{found.lines}/{lines} lines planned"

    if folders is None:  # plan files come all at the end
        console.print(f"{lines} lines are planned by the engine's workers")
        yield
        return
    totals = Totals(Path(folders.progress_folder))
    with _followed(totals, "planning", _Left(), count, line, console):
        yield


@contextmanager
def show_speaking(totals: Source, rows: int, console: Console) -> Iterator[None]:
    """Follow the second job until the block ends.

    Args:
        rows: of the shards to do; those that an earlier run has made are taken off.
    """

    def count(found: Progress) -> tuple[int, int]:
        return found.done, max(rows - found.known, found.done)

    def line(found: Progress) -> str:
        done, total = count(found)
        clips = f"{found.accepted} clips of {found.tries} tries"
        return f"{done}/{total} lines, {clips}, {found.audio_s:.0f} s of audio"

    with _followed(totals, "speaking", _Rate(), count, line, console):
        yield


@contextmanager
def _followed(
    totals: Source,
    name: str,
    column: ProgressColumn,
    count: Callable[[Progress], tuple[int, int]],
    line: Callable[[Progress], str],
    console: Console,
) -> Iterator[None]:
    """Draw the bar (on a terminal) or a line every ten seconds (elsewhere) until the block ends.

    Args:
        count: what is done, of how many.
    """
    stop = threading.Event()
    progress = rich.progress.Progress(
        TextColumn(name),
        BarColumn(bar_width=20),
        TextColumn("{task.completed}/{task.total} lines"),
        column,
        console=console,
        speed_estimate_period=60,
        auto_refresh=False,
    )
    task = progress.add_task(name, found=Progress())

    def follow() -> None:
        printed, ended = time.monotonic(), False
        while not ended:
            ended = stop.wait(REFRESH_S)
            found = totals.update()
            done, total = count(found)
            progress.update(
                task, completed=done, total=total, found=found, refresh=console.is_terminal
            )
            if not console.is_terminal and time.monotonic() - printed > LINE_EVERY_S:
                printed = time.monotonic()
                console.print(line(found))

    thread = threading.Thread(target=follow)
    with progress if console.is_terminal else nullcontext():
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
