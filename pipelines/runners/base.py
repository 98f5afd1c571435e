"""What the pipeline needs of any engine: to run what is built, and to say what it can reach.

A runner is one file with a `RunnerConfig`, and one YAML in conf/runner whose `_target_` names it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from speech.config import Config
from speech.config.targets import ByTarget

if TYPE_CHECKING:  # Beam takes seconds to import, and a finished dataset does not need it
    import apache_beam as beam

    from pipelines.config import SynthConfig

Build = Callable[["beam.Pipeline"], object]
Stage = Literal["plan", "speak"]
"""of a run: "plan" handles text alone and wants no accelerator, "speak" has the teacher"""


class RunnerConfig(Config, ABC):
    """What every block of conf/runner has; the other keys are each runner's own."""

    batch_deadline_s: float | None = Field(gt=0)
    """that a batch may take to be spoken and judged, before its worker is ended; None: any"""

    @property
    def shared_lease_s(self) -> float | None:
        """After how long without a sign of life a unit of another process is free, where several are
        at work that do not know of each other; None where they do, or there is one."""
        return None

    @property
    def is_this_machine(self) -> bool:
        """Whether this machine speaks: then devices, weights and voices are tried before a run."""
        return False

    @property
    def workers_here(self) -> int | None:
        """How many units are made at a time by threads of this process, which share its disk; None
        where other processes make them."""
        return None

    @property
    def is_rehearsal(self) -> bool:
        """Whether jobs are written down and nothing runs."""
        return False

    @property
    def bears_branches(self) -> bool:
        """Whether what a step makes may go two ways that meet again."""
        return True

    @property
    def torch_threads(self) -> int | None:
        """Of each worker; None: as torch chooses."""
        return None

    def check(self, config: "SynthConfig") -> None:
        """Raise InputError for what this engine cannot do, before corpus and voices are read."""

    @abstractmethod
    def run(self, build: Build, stage: Stage) -> str | None:
        """Run the pipeline of this stage to its end.

        Returns:
            None where it has ended; a line for people where it goes on elsewhere, or was written
            down only.
        """


TARGETS = ByTarget("pipelines.runners.")
AnyRunner = Annotated[RunnerConfig, TARGETS]
