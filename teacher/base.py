"""What the pipeline needs of any teacher: to prepare a text at little cost, and to speak a batch.

A teacher is one file with a `TeacherConfig` and a `Teacher`, and one YAML in conf/teacher whose
`_target_` names the former.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field

from speech.config import Config
from speech.config.targets import ByTarget
from speech.stopwatch import Stopwatch
from speech.synthesizer import Size, Speech
from teacher.packing import BatchLimit
from teacher.voices import Voice

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Request:
    """What a voice is to say: `text` is normalized, and `phonemes`, of all of it, are there where
    they are not the teacher's to decide."""

    text: str
    language: str
    voice: str
    phonemes: str | None = None


@dataclass(frozen=True)
class Prepared:
    """A request as its teacher will speak it."""

    request: Request
    cost: int
    """in the unit of the teacher's `limit`; a batch costs its items times its costliest"""
    estimated_s: float
    """of speech"""
    payload: Any = None
    """the teacher's own"""


class TeacherConfig(Config, ABC):
    """What every block of conf/teacher states; the rest is each teacher's own."""

    name: str
    license: str
    languages: tuple[str, ...]
    batch_size: Annotated[int, Field(ge=1)] | Literal["auto_max"]
    device: Literal["auto", "cpu", "cuda", "xla"]

    any_machine: ClassVar[Mapping[str, Any]] = {"batch_size": "auto_max", "device": "auto"}
    """keys of the block that do not change what is said, each with a value that any machine takes"""

    seeds_torch: ClassVar[bool] = False
    """whether its library draws from torch's own generator, of which a process has one: nothing is
    loaded in other threads meanwhile, since new weights are drawn from it as well"""

    makes_mels: ClassVar[bool] = False
    """whether its speech comes with the log-mel that its vocoder was given"""

    @property
    def speaks_phonemes(self) -> bool:
        """Whether it can be told how a word sounds."""
        return False

    @property
    @abstractmethod
    def revision(self) -> str:
        """Of the weights, for each row of a dataset."""

    @property
    def own_voices(self) -> str | None:
        """The manifest of voices that this teacher is known to follow."""
        return None

    def fetch(self) -> None:
        """Bring weights to this machine; raises InputError where they cannot be had."""

    @abstractmethod
    def open(self, voices: Mapping[str, Voice], watch: Stopwatch | None = None) -> "Teacher[Any]":
        """A teacher for these voices; weights are read at its `load`."""


C = TypeVar("C", bound=TeacherConfig)


class Teacher(ABC, Generic[C]):
    """Speaks texts in the voices that it is given, which it may copy or know by their id."""

    def __init__(
        self, config: C, voices: Mapping[str, Voice], watch: Stopwatch | None = None
    ) -> None:
        self.config = config
        self.voices = voices
        self.watch = watch or Stopwatch()

    @abstractmethod
    def prepare(self, request: Request) -> Prepared:
        """Without weights, so that a plan costs little.

        Raises:
            Refused: this teacher cannot say it.
        """

    @abstractmethod
    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        """One batch; what is random in a clip is a function of its key, and of nothing else."""

    @abstractmethod
    def load(self) -> None:
        """Have everything in memory; `speak` does so itself where it was not called."""

    @property
    @abstractmethod
    def size(self) -> Size: ...

    @property
    @abstractmethod
    def device(self) -> "torch.device":
        """What it speaks on."""

    def limit(self) -> BatchLimit:
        """What a batch may hold; measured on the device where `batch_size` is auto_max."""
        return BatchLimit(
            items=1 if self.config.batch_size == "auto_max" else self.config.batch_size
        )


TARGETS = ByTarget("teacher.")
AnyTeacher = Annotated[TeacherConfig, TARGETS]
"""the block of whichever teacher a YAML's `_target_` names"""
