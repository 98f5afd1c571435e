"""The kinds of student. Another one is a file in `student/models/` with its configuration and its
module, its graphs in `student/onnx/`, its defaults in conf/student/, and a record here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from torch import Tensor

from speech.vocoder.network import PulseVocoder
from student.models.acoustic import Acoustic, AcousticConfig
from student.models.ar import ArStudent
from student.models.ar_config import ArConfig
from student.models.ar_dmel import DmelStudent
from student.models.nar import NarConfig, NarStudent
from student.onnx.ar_graphs import ar_graphs
from student.onnx.frames import Kind
from student.onnx.graphs import Graphs
from student.onnx.nar_graphs import nar_graphs

StudentConfig = Annotated[NarConfig | ArConfig, Field(discriminator="kind")]


@dataclass(frozen=True)
class StudentKind:
    """What a kind of student is made of."""

    config: type[AcousticConfig]
    module: Callable[[Any, Tensor], Acoustic]
    """from its configuration and the vectors (speakers, 256) of its speakers"""
    graphs: Callable[[Any, PulseVocoder], Graphs]
    """what it is exported as, its vocoder included"""
    frame_source: Kind
    """where the runtime takes its frames from (`student.onnx.frames`)"""


def _autoregressive(config: ArConfig, vectors: Tensor) -> Acoustic:
    built = DmelStudent if config.tokens == "dmel" else ArStudent
    return built(config, vectors)


KINDS = (
    StudentKind(NarConfig, NarStudent, nar_graphs, "nar"),
    StudentKind(ArConfig, _autoregressive, ar_graphs, "ar"),
)


def kind_of(config: AcousticConfig) -> StudentKind:
    return next(kind for kind in KINDS if isinstance(config, kind.config))


def build_student(config: AcousticConfig, vectors: Tensor) -> Acoustic:
    """Untrained; `vectors` (speakers, 256) of its speakers."""
    return kind_of(config).module(config, vectors)
