"""What is recorded of each kind of student is there."""

import pytest

from speech.config import CONF_DIR, load_config
from student.config import TrainStudentConfig
from student.kinds import KINDS, StudentKind, kind_of
from student.onnx import runtime


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.config.__name__)
def test_a_kind_has_defaults_a_module_and_a_frame_source(kind: StudentKind) -> None:
    name = kind.config.model_fields["kind"].annotation.__args__[0]  # type: ignore[union-attr]
    config = load_config(TrainStudentConfig, "train_student", [f"student={name}"])
    assert kind_of(config.student) is kind
    assert kind.frame_source in runtime.KINDS


def test_every_file_of_defaults_has_a_kind() -> None:
    assert len(list(CONF_DIR.glob("student/*.yaml"))) == len(KINDS)
