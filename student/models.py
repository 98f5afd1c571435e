"""The kinds of student."""

from torch import Tensor

from student.acoustic import Acoustic
from student.config import StudentConfig
from student.nar import NarStudent


def build_student(config: StudentConfig, vectors: Tensor) -> Acoustic:
    """Untrained; `vectors` (speakers, 256) of its speakers."""
    return NarStudent(config, vectors)
