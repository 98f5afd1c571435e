"""Progress that people see: workers append to small local files, the launcher draws a bar.

Beam's direct runner prints nothing. Files work whichever thread or process a bundle runs in.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

REFRESH_S = 0.5
LINE_EVERY_S = 10.0


class ProgressFile:
    """A worker's end: one line for each batch."""

    def __init__(self, folder: str | None) -> None:
        self.path = Path(folder) / f"{os.getpid()}-{threading.get_ident()}" if folder else None

    def report(self, accepted: int, rejected: int, audio_s: float) -> None:
        if self.path is not None:
            with self.path.open("a") as stream:
                stream.write(json.dumps([accepted, rejected, audio_s]) + "\n")


class Totals:
    """Clips accepted, rows rejected and seconds of audio over all workers.

    Each line is read once: a corpus of a million lines is as quick to follow as one of ten.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, int] = {}
        self._sum = (0, 0, 0.0)

    def update(self) -> tuple[int, int, float]:
        for path in self.folder.iterdir():
            with path.open("rb") as stream:
                stream.seek(self._read.get(path, 0))
                for line in stream:
                    if not line.endswith(b"\n"):  # it is still being written
                        break
                    accepted, rejected, audio_s = json.loads(line)
                    self._sum = (
                        self._sum[0] + accepted,
                        self._sum[1] + rejected,
                        self._sum[2] + audio_s,
                    )
                    self._read[path] = self._read.get(path, 0) + len(line)
        return self._sum


class _Rate(ProgressColumn):
    """Clips, hours, accepted share, times real time, time left."""

    def render(self, task: Task) -> Text:
        fields = task.fields
        rows = fields["accepted"] + fields["rejected"]
        share = fields["accepted"] / rows if rows else 1.0
        elapsed = task.elapsed or 0.0
        speed = fields["audio_s"] / elapsed if elapsed else 0.0
        left = task.time_remaining
        return Text(
            f"{fields['accepted']} clips  {fields['audio_s'] / 3600:.2f} h  "
            f"{share:.0%} accepted  {speed:.1f}x real time  "
            f"{'-' if left is None else f'{left // 60:.0f}:{left % 60:02.0f}'} left",
            no_wrap=True,
        )


@contextmanager
def show_progress(folder: Path, total: int, console: Console) -> Iterator[None]:
    """Draw the bar (on a terminal) or a line every ten seconds (elsewhere) until the block ends."""
    stop = threading.Event()
    progress = Progress(
        TextColumn("speaking"),
        BarColumn(bar_width=None),
        TextColumn("{task.completed}/{task.total} lines"),
        _Rate(),
        console=console,
        speed_estimate_period=60,
        auto_refresh=False,
    )
    task = progress.add_task("speaking", total=total, accepted=0, rejected=0, audio_s=0.0)
    thread = threading.Thread(target=_follow, args=(folder, progress, task, stop, console))
    with progress if console.is_terminal else nullcontext():
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def _follow(
    folder: Path, progress: Progress, task: int, stop: threading.Event, console: Console
) -> None:
    printed, totals = time.monotonic(), Totals(folder)
    while True:
        ended = stop.wait(REFRESH_S)
        accepted, rejected, audio_s = totals.update()
        rows = accepted + rejected
        total = max(progress.tasks[0].total or 0, rows)  # prose is split into more than its lines
        progress.update(
            task,  # type: ignore[arg-type]
            completed=rows,
            total=total,
            accepted=accepted,
            rejected=rejected,
            audio_s=audio_s,
            refresh=console.is_terminal,
        )
        if not console.is_terminal and time.monotonic() - printed > LINE_EVERY_S:
            printed = time.monotonic()
            console.print(f"{rows}/{total:.0f} lines, {accepted} clips, {audio_s:.0f} s of audio")
        if ended:
            return
