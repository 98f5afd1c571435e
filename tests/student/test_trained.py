"""An export that is shipped with what it was exported from: other voices, and a start for trainings."""

from pathlib import Path

import pytest

from speech.config import run_app
from speech.errors import InputError
from student import synthesize
from student.export import export
from student.loading import TRAINED, trained_of
from student.onnx.runtime import OnnxStudent
from student.parity import parity
from student.student import open_student
from student.synthesize import SynthesizeConfig
from tests.spoken import VOICES
from tests.student.untrained import untrained_student

EMBEDDED = "package://student/mini"


def said(checkpoint: str, output: Path) -> int:
    given = [f"checkpoint={checkpoint}", "text=Hello", f"reference={VOICES}/speaker08.flac"]
    return run_app(
        SynthesizeConfig,
        "synthesize",
        synthesize.main,
        [*given, f"output={output}"],
        free_text=("text",),
    )


def test_an_export_takes_a_recording_where_its_weights_are_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "onnx"
    export(untrained_student(folder / TRAINED), str(folder), int8=False)
    assert said(str(folder), tmp_path / "hello.wav") == 0
    (folder / TRAINED / "student.json").unlink()
    assert trained_of(str(folder)) == str(folder)
    capsys.readouterr()
    assert said(str(folder), tmp_path / "hello.wav") == 2
    assert "needs the checkpoint that was trained" in capsys.readouterr().err


def test_what_the_hub_cannot_give_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("student.loading._downloaded", lambda location: f"there/{location[5:]}")
    assert trained_of("hf://someone/voice") == "there/someone/voice"
    monkeypatch.undo()
    with pytest.raises(InputError, match="the form is hf://owner/name"):
        trained_of("hf://voice")


def test_the_embedded_weights_are_those_that_were_exported() -> None:
    exported, trained = OnnxStudent(EMBEDDED), open_student(trained_of(EMBEDDED))
    for key in ("name", "speakers", "language", "license"):
        assert getattr(exported.description, key) == getattr(trained.description, key)
    assert exported.description.parameters == trained.parameters
    assert parity(trained, exported).mean < 0.2  # nepers, by which int8 rounds
