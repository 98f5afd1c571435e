"""The kinds of student."""

from torch import Tensor

from student.config import ArConfig, StudentConfig
from student.models.acoustic import Acoustic
from student.models.ar import ArStudent
from student.models.nar import NarStudent


def build_student(config: StudentConfig, vectors: Tensor) -> Acoustic:
    """Untrained; `vectors` (speakers, 256) of its speakers."""
    if isinstance(config, ArConfig):
        return ArStudent(config, vectors)
    return NarStudent(config, vectors)
