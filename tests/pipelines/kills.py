"""SIGKILL at a moment of a run, counted in what it does to the files of its output."""

import functools
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
from fakes import synth_fake

from pipelines.config import SynthConfig
from pipelines.progress.heartbeat import WORKERS
from pipelines.run.unused_output import LAUNCHER
from speech.storage.temporaries import MARK

EVENTS = (
    *((os, name) for name in ("mkdir", "replace", "link", "fsync", "unlink", "rmdir")),
    (Path, "write_bytes"),
    (pq.ParquetWriter, "write_batch"),
    (pq.ParquetWriter, "close"),
)
"""what storage and shard writer do to files"""


class Countdown:
    """Ends the process at a moment; every event has two, just before it and just after.

    Given an output, what is done elsewhere is no event, for others leave things to sweep there; nor
    is what workers write of themselves in it, for how often they do depends on the clock.
    """

    def __init__(self, moment: int | None, output: str | None = None) -> None:
        self.moment = moment
        self.output = output
        self.passed: list[str] = []
        self.lock = threading.Lock()  # shards are written by several threads

    def watch(self, owner: object, name: str) -> None:
        real = getattr(owner, name)

        @functools.wraps(real)
        def watched(*args, **kwargs):
            if self.output is not None and not _counts(name, _place(*args, **kwargs), self.output):
                return real(*args, **kwargs)
            self._pass(f"before {name}", lambda: self._half(real, *args))
            result = real(*args, **kwargs)
            self._pass(f"after {name}")
            return result

        setattr(owner, name, watched)

    def _half(self, real: Callable, *args: object) -> None:
        if real.__name__ == "write_bytes":
            real(args[0], args[1][: len(args[1]) // 2])

    def _pass(self, event: str, last_act: Callable[[], None] = lambda: None) -> None:
        with self.lock:
            if len(self.passed) == self.moment:
                last_act()
                os.kill(os.getpid(), signal.SIGKILL)
            self.passed.append(event)


def _place(target: object, *_: object, dir_fd: int | None = None, **__: object) -> Path | None:
    """Where an event is; None where a Parquet writer writes, which is always the output's."""
    if isinstance(target, pq.ParquetWriter):
        return None
    if isinstance(target, int):
        return Path(os.readlink(f"/proc/self/fd/{target}"))
    folder = Path() if dir_fd is None else Path(os.readlink(f"/proc/self/fd/{dir_fd}"))
    return folder / target


def _counts(name: str, place: Path | None, output: str) -> bool:
    """Whether it happens as often in every run; what workers leave is swept once."""
    if place is None:
        return True
    if place.is_relative_to(Path(output, WORKERS)):
        swept = name in ("unlink", "rmdir") and MARK not in place.name
        return swept or LAUNCHER in place.name
    return place.is_relative_to(output)


def run_config(config: SynthConfig, moment: int | None = None) -> tuple[int, list[str]]:
    """In a child: the exit status of the command and the moments that it went through."""
    countdown = Countdown(moment, str(config.output))
    for owner, name in EVENTS:
        countdown.watch(owner, name)
    return synth_fake(config), countdown.passed
