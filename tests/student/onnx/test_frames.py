"""The steps of an exported autoregressive student: those of torch, and no more than are asked for."""

from pathlib import Path

import numpy as np
import pytest

from student.export import export
from student.onnx.frames import NoiseSource
from student.onnx.runtime import OnnxStudent
from student.parity import TorchNoiseSource
from student.student import Student
from tests.student.autoregressive import SEED, begun, drawn_by_torch
from tests.student.untrained import untrained_student


def both(folder: Path, int8: bool = False, **changes: object) -> tuple[Student, OnnxStudent]:
    student = untrained_student(folder, "ar", **changes)
    export(student, str(folder / "onnx"), int8)
    return student, OnnxStudent(str(folder / "onnx"))


@pytest.mark.parametrize("changes", [{}, {"reduction": 1}, {"reduction": 4}, {"sampling": False}])
def test_mels_are_those_of_torch(tmp_path: Path, changes: dict[str, object]) -> None:
    student, exported = both(tmp_path, **changes)
    mel, lasts = drawn_by_torch(student)
    ours = begun(exported, lasts, TorchNoiseSource(SEED))(0, mel.shape[1])["mel"]
    np.testing.assert_allclose(ours, mel.numpy(), atol=1e-3)
    assert mel.std(1).mean() > 0.01


def test_int8_is_close_and_not_the_same(tmp_path: Path) -> None:
    student, exported = both(tmp_path, int8=True)
    mel, lasts = drawn_by_torch(student)
    ours = begun(exported, lasts, TorchNoiseSource(SEED))(0, mel.shape[1])["mel"]
    apart = np.abs(ours - mel.numpy())
    assert apart.mean() < 0.02
    assert apart.max() > 1e-4


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> OnnxStudent:
    """Of three frames a step."""
    return both(tmp_path_factory.mktemp("student"))[1]


class Counted(NoiseSource):
    steps_drawn = 0

    def normal(self, *shape: int) -> np.ndarray:
        self.steps_drawn += 1
        return super().normal(*shape)


def test_no_more_steps_are_made_than_are_asked_for(exported: OnnxStudent) -> None:
    chance, lasts = Counted(0), np.array([5, 5])
    known = begun(exported, lasts, chance)
    assert chance.steps_drawn == 0
    steps = []
    for low, high in ((0, 2), (1, 3), (2, 4), (0, 10)):
        assert known(low, high)["mel"].shape == (1, high - low, 100)
        steps.append(chance.steps_drawn)
    assert steps == [1, 1, 2, 4]


def test_the_seed_decides_and_not_the_pieces(exported: OnnxStudent) -> None:
    lasts, chance = np.array([8, 9]), NoiseSource(1)
    whole = begun(exported, lasts, NoiseSource(1))(0, 17)["mel"]
    known = begun(exported, lasts, chance)
    first = known(0, 7)["mel"]
    chance.noise(1024, 256)(7)
    np.testing.assert_array_equal(np.concatenate((first, known(7, 17)["mel"]), 1), whole)
    other = begun(exported, lasts, NoiseSource(2))(0, 17)["mel"]
    assert np.abs(other - whole).max() > 0.1
