"""A narrower student begins as a wider one: units that others speak for are not missed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from speech.audio.mel import N_MELS
from speech.errors import InputError
from speech.training.task import Batch
from student.kinds import build_student
from student.models.acoustic import Acoustic
from student.package import start_from
from tests.student.untrained import untrained_config, untrained_student

WIDE, NARROW = 64, 40
CLIPS = 24


def batches() -> Iterator[Batch]:
    for seed in range(CLIPS):
        torch.manual_seed(seed)
        frames = torch.randint(1, 9, (1, 12))
        length = int(frames.sum())
        yield {
            "mel": torch.randn(1, length, N_MELS) - 4,
            "pitch": torch.rand(1, length),
            "voiced": torch.rand(1, length).round(),
            "energy": torch.rand(1, length) - 5,
            "ids": torch.randint(1, 50, (1, 12)),
            "durations": frames,
            "speaker": torch.tensor([seed % 3]),
        }


def doubled(path: Path) -> dict[str, Tensor]:
    """Weights of a student whose last units say in each block what its first ones say, less loudly."""
    weights = load_file(path)
    for name, weight in weights.items():
        if weight.shape[:1] == (WIDE,) and ".up." in name:
            weight[NARROW:] = weight[: WIDE - NARROW]
        if weight.shape[1:] == (WIDE,) and ".down." in name:
            weight[:, NARROW:] *= 0.1
    save_file(weights, path)
    return weights


def mel(student: Acoustic, batch: Batch) -> Tensor:
    torch.manual_seed(0)
    with torch.no_grad():
        return student.eval()(batch)[1]


def started(folder: Path, kind: str, **changes: object) -> Acoustic:
    student = build_student(untrained_config(kind, **changes).student, torch.zeros(3, 256))
    start_from(student, f"{folder}/student.safetensors", batches)
    return student


@pytest.mark.parametrize("kind", ["nar", "ar"])
def test_what_others_say_too_is_said_by_them(tmp_path: Path, kind: str) -> None:
    untrained_student(tmp_path, kind)
    weights = doubled(tmp_path / "student.safetensors")
    wide, narrow = (started(tmp_path, kind, hidden_dim=units) for units in (WIDE, NARROW))
    kept = narrow.encoder.blocks[0].down
    assert kept.in_features == NARROW
    assert torch.equal(narrow.embed.weight, weights["embed.weight"].float())
    batch = next(batches())
    torch.testing.assert_close(mel(narrow, batch), mel(wide, batch), atol=0.05, rtol=0)


@pytest.mark.parametrize("kind", ["nar", "ar"])
def test_what_is_left_out_is_fitted_and_not_cut(tmp_path: Path, kind: str) -> None:
    """Against the same units without the layer after them fitted."""
    untrained_student(tmp_path, kind)
    doubled(tmp_path / "student.safetensors")
    wide, narrow = (started(tmp_path, kind, hidden_dim=units) for units in (WIDE, NARROW))
    cut = started(tmp_path, kind, hidden_dim=NARROW)
    whole = dict(wide.named_modules())
    for name, module in cut.named_modules():
        if hasattr(module, "up") and module.up.out_features == NARROW:
            same = whole[name].up.weight @ module.up.weight.T
            units = (same / whole[name].up.weight.norm(dim=1, keepdim=True)).argmax(0)
            module.down.weight.data = whole[name].down.weight[:, units]
            module.down.bias.data = whole[name].down.bias
    batch = next(batches())
    fitted, left = ((mel(s, batch) - mel(wide, batch)).abs().mean() for s in (narrow, cut))
    assert fitted < 0.3 * left


def test_a_wider_student_is_not_begun_by_a_narrower_one(tmp_path: Path) -> None:
    untrained_student(tmp_path)
    with pytest.raises(InputError, match="does not fit this student"):
        started(tmp_path, "nar", hidden_dim=WIDE + 8)
