"""The command, on a student that was never trained and an ASR that hears what it is told."""

import json
from pathlib import Path

import pytest
import torch

from eval import measure_faults
from eval.measure_faults import MeasureFaultsConfig
from speech.audio.waveform import Wave
from speech.config import load_config, run_app
from student.config import TrainStudentConfig
from student.kinds import build_student
from student.package import read_vocoder, write_package

SENTENCES = ["The cat sat on the mat.", "Dogs bark at night in the yard.", "We like warm bread."]
HEARD = ["the cat sat on the cat sat on the mat", "dogs bark at night", "we like warm bread"]


class ToldAsr:
    def __init__(self, config: object) -> None:
        self.left = list(HEARD)

    def transcribe_one(self, wave: Wave, language: str) -> str:
        assert len(wave)
        return self.left.pop(0)


@pytest.fixture
def checkpoint(tmp_path: Path) -> str:
    small = ["dim=16", "hidden_dim=16", "encoder_layers=1", "decoder_layers=1", "heads=2"]
    overrides = ["student=ar", *(f"student.{override}" for override in small)]
    config = load_config(TrainStudentConfig, "train_student", overrides)
    torch.manual_seed(0)
    student = build_student(config.student, torch.nn.functional.normalize(torch.randn(2, 256)))
    described = {"name": "told", "speakers": ("ann", "bob"), "language": "en", "license": "CC0-1.0"}
    location = str(tmp_path / "student")
    described |= {"dataset": "none", "steps": 0}
    write_package(location, student, read_vocoder(config.vocoder), described)
    return location


def run(checkpoint: str, tmp_path: Path, *more: str) -> int:
    (tmp_path / "lines.txt").write_text("\n".join(SENTENCES))
    paths = {
        "checkpoint": checkpoint,
        "testset": tmp_path / "lines.txt",
        "output": tmp_path / "out",
    }
    overrides = [*(f"{key}={value}" for key, value in paths.items()), *more]
    return run_app(MeasureFaultsConfig, "measure_faults", measure_faults.main, overrides)


def test_shares_are_those_of_what_was_heard(
    checkpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure_faults, "Asr", ToldAsr)
    assert run(checkpoint, tmp_path) == 0
    report = json.loads((tmp_path / "out/faults.json").read_text())
    shares = {name: share["estimate"] for name, share in report["shares"].items()}
    assert shares["repetition"] == shares["early_stop"] == pytest.approx(1 / 3)
    assert shares["either"] == pytest.approx(2 / 3)
    assert shares["wer"] == pytest.approx(7 / 17)
    assert [clip["voice"] for clip in report["clips"]] == ["ann", "bob", "ann"]
    assert [clip["faults"]["repetition"] for clip in report["clips"]] == [True, False, False]
    assert report["shape"]["kind"] == "ar"


def test_a_folder_without_a_student_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(tmp_path / "nothing"), tmp_path) == 2
    assert "is no student" in capsys.readouterr().err
