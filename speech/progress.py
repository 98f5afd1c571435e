"""How far a command is: one line that fits the terminal, and a line a minute where there is none.

Speed and time left are always in it; what else is told gives way to them where the terminal is narrow.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from types import TracebackType
from typing import ClassVar, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.text import Text

T = TypeVar("T")

REFRESH_S = 0.5
LINE_EVERY_S = 60.0
SPEED_OVER_S = 600.0
"""that the time left follows from, or the last thousand updates: a part may take a minute"""
BAR_WIDTH = 10
BAR_FROM = 80
"""columns of a terminal that has room for a bar beside the words"""


class Bar:
    """Context manager: a line about work of `total` parts, drawn anew twice a second.

    Args:
        unit: of a part, in the singular; "MB" is counted in bytes.
        total: None where nobody knows it; then the time so far is told instead of the time left.
        poll: asked before each drawing, and once more at the end, to `update` what is shown.
        keep: leave the last line on the terminal.
    """

    silent_since: ClassVar[float] = time.monotonic()
    """when a command began, or any bar's last line without a terminal: a command of many short bars
    would else say nothing"""

    def __init__(
        self,
        title: str,
        total: int | None,
        console: Console,
        unit: str,
        poll: "Callable[[Bar], None] | None" = None,
        keep: bool = False,
    ) -> None:
        self.title, self.console, self.unit = title, console, unit
        self.speed: str | None = None
        self.more: Sequence[str] = ()
        self._poll = poll
        room = console.width >= BAR_FROM and total is not None
        columns = ([BarColumn(BAR_WIDTH)] if room else []) + [_Line(self, room)]
        self._progress = Progress(
            *columns,
            console=console,
            auto_refresh=False,
            transient=not keep,
            speed_estimate_period=SPEED_OVER_S,
        )
        self._task_id = self._progress.add_task(title, total=total)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="progress", daemon=True)

    @classmethod
    def begin(cls) -> None:
        """A command begins: its first line is due in a minute, whatever this process did before."""
        cls.silent_since = time.monotonic()

    @property
    def task(self) -> Task:
        return self._progress.tasks[0]

    def advance(self, count: int = 1) -> None:
        self._progress.update(self._task_id, advance=count)

    def update(
        self,
        done: int,
        total: int | None = None,
        speed: str | None = None,
        more: Sequence[str] = (),
    ) -> None:
        """What is done by now; `speed` in words stands in place of parts a second, and `more`, the
        most important first, is told where there is room."""
        self.speed, self.more = speed, more
        self._progress.update(self._task_id, completed=done, total=total)

    def line(self, between: str = "  ", width: int | None = None) -> str:
        """Title, count, speed, time left and the rest, of at most `width` characters."""
        facts = [*self._facts(), *self.more]
        fewest = len(facts) - len(self.more)
        while width is not None and len(facts) > fewest:
            if len(between.join([self.title, *facts])) <= width:
                break
            facts.pop()
        told = between.join(facts)
        if width is None or len(self.title) + len(between) + len(told) <= width:
            return f"{self.title}{between}{told}"
        room = width - len(told) - len(between)
        return f"{self.title[: room - 1]}…{between}{told}" if room > 1 else told[:width]

    def _facts(self) -> list[str]:
        task = self.task
        rate, done = task.speed, int(task.completed)
        if self.unit == "MB":
            rate, done = rate and rate / 1e6, round(task.completed / 1e6)
        speed = self.speed or _speed(rate, self.unit)
        if task.total is None:
            return [f"{clock(task.elapsed or 0)} so far", *([speed] if done else [])]
        total = round(task.total / 1e6) if self.unit == "MB" else int(task.total)
        plural = self.unit if self.unit == "MB" else f"{self.unit}s"
        left = task.time_remaining
        return [f"{done:,}/{total:,} {plural}", speed, f"{clock(left)} left"]

    def start(self) -> None:
        if self.console.is_terminal:
            self._progress.start()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        if self.console.is_terminal:
            self._progress.stop()

    def __enter__(self) -> "Bar":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _follow(self) -> None:
        ended = False
        while not ended:
            ended = self._stop.wait(REFRESH_S)
            if self._poll:
                self._poll(self)
            if self.console.is_terminal:
                self._progress.refresh()
            elif time.monotonic() - Bar.silent_since > LINE_EVERY_S:
                Bar.silent_since = time.monotonic()
                told = self.line(", ").replace(", ", ": ", 1)
                self.console.print(told, markup=False, highlight=False, soft_wrap=True)


class _Line(ProgressColumn):
    """The words of a bar, in what the terminal leaves them."""

    def __init__(self, bar: Bar, has_bar: bool) -> None:
        super().__init__()
        self._bar, self._taken = bar, BAR_WIDTH + 1 if has_bar else 0

    def render(self, task: Task) -> Text:
        width = self._bar.console.width - self._taken - 1
        return Text(self._bar.line(width=width), no_wrap=True, overflow="crop")


def track(
    items: Iterable[T],
    title: str,
    console: Console,
    unit: str,
    total: int | None = None,
    keep: bool = False,
) -> Iterator[T]:
    """The items, with a bar over how many have been done with."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    with Bar(title, total, console, unit, keep=keep) as bar:
        for item in items:
            yield item
            bar.advance()


@contextmanager
def waiting(title: str, console: Console) -> Iterator[None]:
    """Something of one piece that takes a while."""
    if console.is_terminal:
        with console.status(title):
            yield
    else:
        with Bar(title, None, console, "part"):
            yield


def clock(seconds: float | None) -> str:
    """m:ss, or h:mm:ss; a dash where it is not known."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _speed(rate: float | None, unit: str) -> str:
    """Of parts: many a second, or seconds for each."""
    if unit == "MB":
        return f"{rate:.1f} MB/s" if rate else "- MB/s"
    if not rate:
        return "-/s"
    return f"{rate:.1f}/s" if rate >= 1 else f"{1 / rate:.1f} s each"
