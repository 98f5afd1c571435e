"""A teacher that one process of a run dies of, and by which it may take the launcher with it."""

import os
import signal
from pathlib import Path

from fakes import FakeTeacher, open_fake_studio

from pipelines.config import SynthConfig
from pipelines.speak.worker_context import WorkerContext

KILLED = "killed"
"""the file beside the output that the first to die leaves behind; who comes after it lives"""
BATCH = 3


class DeadlyTeacher(FakeTeacher):
    """Kills a process at its third batch."""

    def __init__(self, told: Path, victim: int) -> None:
        self.told = told
        self.victim = victim
        self.batches = 0

    def speak(self, batch, keys):
        self.batches += 1
        if self.batches == BATCH and self._is_first():
            os.kill(self.victim, signal.SIGKILL)
        return super().speak(batch, keys)

    def _is_first(self) -> bool:
        try:
            self.told.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def open_studio_that_kills_its_process(config: SynthConfig) -> WorkerContext:
    return _deadly(config, os.getpid())


def open_studio_that_kills_its_launcher(config: SynthConfig) -> WorkerContext:
    return _deadly(config, os.getppid())


def _deadly(config: SynthConfig, victim: int) -> WorkerContext:
    context = open_fake_studio(config)
    context.teacher = DeadlyTeacher(was_killed(config.output), victim)
    return context


def was_killed(output: str) -> Path:
    return Path(output).parent / KILLED
