"""The configurations of the benchmarks: a synth run's, and what else takes part."""

from typing import Annotated, Literal, TypeVar

from pydantic import Field

from pipelines.config import SynthConfig
from pipelines.runners.direct import DirectConfig
from speech.errors import InputError
from speech.machine import cores
from teacher.base import TARGETS
from teacher.f5.config import F5Config


class RaceConfig(SynthConfig):
    teacher: Annotated[F5Config, TARGETS]
    random_weights: bool | None
    """of the teacher and its vocoder, which are as fast with them; null: where their own are on a
    hub. What such a teacher says means nothing, so the stages of a run are left out"""
    turn_lines: int = Field(ge=1)
    """lines that each speaks before it is the next one's turn"""
    first_repeats: int = Field(ge=1)
    """times that each speaks the short line whose first sound is waited for"""
    threads: int | None = Field(ge=1)
    """of each; null: one a core"""


class BenchConfig(RaceConfig):
    students: tuple[str, ...]
    """folders that make train-student or student.export wrote"""


class BenchTeacherConfig(RaceConfig):
    device: Literal["auto", "cpu", "cuda"]
    lines: int = Field(ge=1)
    """of the corpus"""
    steps: int | None = Field(ge=1)
    """network evaluations (NFE); null: as many as the teacher takes"""


Race = TypeVar("Race", bound=RaceConfig)


def in_one_process(config: Race) -> Race:
    """With the teacher on the device: to offload it is a row of its own."""
    if not isinstance(config.runner, DirectConfig):
        raise InputError("a benchmark measures this machine; allowed: runner=direct")
    threads = config.threads or cores()
    runner = config.runner.model_copy(update={"threads": threads})
    teacher = config.teacher.model_copy(update={"offload": False})
    changes = {"runner": runner, "threads": threads, "teacher": teacher}
    return config.model_copy(update=changes)
