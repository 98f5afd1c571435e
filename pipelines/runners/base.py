"""What the pipeline needs of any engine: to run what is built, and to say what it can reach.

A runner is one file with a `RunnerConfig`, and one YAML in conf/runner whose `_target_` names it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

from speech.config import Config
from speech.config.targets import ByTarget

if TYPE_CHECKING:  # Beam takes seconds to import, and a finished dataset does not need it
    import apache_beam as beam

    from pipelines.config import SynthConfig

Build = Callable[["beam.Pipeline"], object]
Stage = Literal["plan", "speak"]
"""of a run: "plan" handles text alone and wants no accelerator, "speak" has the teacher"""


class RunnerConfig(Config, ABC):
    """What every block of conf/runner has; its keys are each runner's own."""

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
