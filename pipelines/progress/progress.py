"""Progress that people see: workers append to small local files, the launcher shows their sum.

Beam's direct runner prints nothing. Files work whichever thread or process a bundle runs in; where
workers share no folder with the launcher, markers tell (`pipelines.run.marker_progress`).
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console

from pipelines.progress.run_folders import RunFolders
from speech.progress import Bar


@dataclass(frozen=True)
class Progress:
    """What happened since the report before."""

    accepted: int = 0
    rejected: int = 0
    audio_s: float = 0.0
    """seconds of the accepted clips"""
    tries: int = 0
    """clips spoken, whatever became of them"""
    known: int = 0
    """rows that an earlier run has made"""
    lines: int = 0
    """lines of the corpus that were planned"""

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


@contextmanager
def show_planning(folders: RunFolders | None, lines: int, console: Console) -> Iterator[None]:
    """Follow the first job, over `lines` of the corpus, until the block ends."""
    if folders is None:  # plan files come all at the end
        console.print(f"{lines} lines are planned by the engine's workers")
        yield
        return
    totals = Totals(Path(folders.progress_folder))

    def poll(bar: Bar) -> None:
        done = totals.update().lines
        bar.update(done, max(lines, done))

    with Bar("planning", lines, console, "line", poll, keep=True):
        yield


@contextmanager
def show_speaking(totals: Source, rows: int, console: Console) -> Iterator[None]:
    """Follow the second job until the block ends.

    Args:
        rows: of the shards to do; those that an earlier run has made are taken off.
    """

    def poll(bar: Bar) -> None:
        found = totals.update()
        elapsed_s = bar.task.elapsed or 0.0
        speed = found.audio_s / elapsed_s if elapsed_s else 0.0
        share = [f"{found.accepted / found.done:.0%} accepted"] if found.done else []
        hours, clips = found.audio_s / 3600, f"{found.accepted} clips of {found.tries} tries"
        more = [*share, f"{hours:.2f} h", clips]
        bar.update(found.done, max(rows - found.known, found.done), f"{speed:.1f}x real time", more)

    with Bar("speaking", rows, console, "line", poll, keep=True):
        yield
