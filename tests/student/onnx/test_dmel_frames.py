"""The steps of an exported student of levels: those of torch, in pieces, and nearly so in int8."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from student.export import export
from student.models.ar_dmel import DmelStudent
from student.onnx.frames import NoiseSource
from student.onnx.runtime import OnnxStudent
from student.package import write_package
from student.parity import TorchNoiseSource, parity
from student.student import Student, open_student
from tests.student.autoregressive import SEED, begun, drawn_by_torch
from tests.student.untrained import untrained_student

LINE = "It takes about forty minutes to get there."
LASTS = np.array([8, 9])


def both(folder: Path, int8: bool = False, **dmel: object) -> tuple[Student, OnnxStudent]:
    changes = {f"dmel.{key}": value for key, value in dmel.items()}
    student = untrained_student(folder, "ar", tokens="dmel", **changes)
    export(student, str(folder / "onnx"), int8)
    return student, OnnxStudent(str(folder / "onnx"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Student, OnnxStudent]:
    """A student of three frames a step and its export in float32."""
    return both(tmp_path_factory.mktemp("student"))


def test_float32_speaks_as_torch_does(pair: tuple[Student, OnnxStudent]) -> None:
    assert parity(*pair).mean < 1e-3


@pytest.mark.parametrize("repetition_share", [0.0, 0.1])
def test_levels_are_those_of_torch(tmp_path: Path, repetition_share: float) -> None:
    """Also where steps are drawn again: of a student whom nobody trained, many or some."""
    student, exported = both(tmp_path, repetition_share=repetition_share, repetition_window=2)
    mel, lasts = drawn_by_torch(student)
    ours = begun(exported, lasts, TorchNoiseSource(SEED))(0, mel.shape[1])["mel"]
    np.testing.assert_allclose(ours, mel.numpy(), atol=1e-3)
    assert len(np.unique(ours)) > 10


def test_a_step_draws_most_levels_alike_in_int8(tmp_path: Path) -> None:
    """Later steps hear of those that are not, and nobody taught this student what to make of them."""
    student, exported = both(tmp_path, int8=True)
    mel, lasts = drawn_by_torch(student)
    ours = begun(exported, lasts, TorchNoiseSource(SEED))(0, 3)["mel"]
    same = (np.abs(ours - mel.numpy()[:, :3]) < 1e-3).mean()
    assert 0.8 < same < 1
    graph = onnx.load(Path(exported.location) / "step.onnx").graph
    kept = {node.name for node in graph.node if node.op_type == "MatMul"}
    assert {"/hidden.0/MatMul", "/out/MatMul"} <= kept
    assert not any("/logits/" in name or "/qkv/" in name for name in kept)


def test_the_seed_decides_and_not_the_pieces(pair: tuple[Student, OnnxStudent]) -> None:
    chance = NoiseSource(1)
    whole = begun(pair[1], LASTS, NoiseSource(1))(0, 17)["mel"]
    known = begun(pair[1], LASTS, chance)
    first = known(0, 7)["mel"]
    chance.noise(1024, 256)(16)
    np.testing.assert_array_equal(np.concatenate((first, known(7, 17)["mel"]), 1), whole)
    assert np.abs(begun(pair[1], LASTS, NoiseSource(2))(0, 17)["mel"] - whole).max() > 0.1


def test_a_stream_is_the_whole_in_pieces(pair: tuple[Student, OnnxStudent]) -> None:
    whole = pair[1].speak(LINE, "ben", seed=3)
    pieces = list(pair[1].stream(LINE, "ben", seed=3, first_s=0.1))
    together = np.concatenate(pieces)
    assert len(pieces) > 2
    assert together.shape == whole.shape
    assert np.abs(together - whole).max() < 1e-3 * np.abs(whole).max()


def test_a_package_keeps_its_levels(tmp_path: Path) -> None:
    student = untrained_student(tmp_path, "ar", tokens="dmel")
    acoustic = student.acoustic
    assert isinstance(acoustic, DmelStudent)
    torch.manual_seed(0)
    acoustic.take_levels((acoustic.levels + torch.randn(100, 1)).half().float())
    write_package(str(tmp_path / "again"), acoustic, student.vocoder, student.description.kept())
    read = open_student(str(tmp_path / "again")).acoustic
    assert isinstance(read, DmelStudent)
    assert torch.equal(read.levels, acoustic.levels)
