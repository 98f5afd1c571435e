"""Training very small students on real clips: they learn, and what they write can speak."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

import speech.training.trainer
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import encode_flac
from speech.config import run_app
from speech.errors import InputError, Refused
from speech.training.curve import draw_curve
from student import train, tune_vocoder
from student.config import TrainStudentConfig
from student.package import read_package
from student.student import open_student
from student.task import StudentTask
from tests.spoken import reference_clips, write_dataset
from tests.student.small import NAR, SMALL, config, trainer

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def dataset(tmp_path: Path) -> str:
    return write_dataset(tmp_path / "set", reference_clips())


def train_unheard(chosen: TrainStudentConfig) -> int:
    """Without what follows the writing, which is most of what a tiny training takes: an ASR listens,
    loudness is measured, mels are drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "measure_loudness", lambda *_: None)
        patch.setattr(train, "check_student", lambda *_: None)
        return train.main(chosen)


@pytest.fixture(scope="module")
def one_step(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student of four speakers that was trained for a step; to be read."""
    folder = tmp_path_factory.mktemp("one_step")
    dataset = write_dataset(folder / "set", reference_clips())
    assert train_unheard(config(dataset, folder / "out", "training.steps=1")) == 0
    return folder / "out"


def test_it_writes_a_student_that_speaks(  # type: ignore[no-untyped-def]
    dataset: str, tmp_path: Path, capsys, monkeypatch
) -> None:
    monkeypatch.setattr(speech.training.trainer, "draw_curve", draw_curve)
    output = tmp_path / "out"
    assert train.main(config(dataset, output)) == 0
    student = open_student(str(output))
    assert student.voices == ("speaker0", "speaker1", "speaker2", "speaker3")
    wave = student.speak("Hello there. It is Tuesday, 7 May.", "speaker2")
    assert wave.dtype == np.float32
    assert np.isfinite(wave).all()
    assert np.array_equal(wave, student.speak("Hello there. It is Tuesday, 7 May.", "speaker2"))
    faster = student.speak("Hello there. It is Tuesday, 7 May.", "speaker2", speed=2.0)
    assert len(faster) < len(wave)
    student.added["of a vector"] = student.acoustic.vectors[1]
    assert len(student.speak("Hello.", "of a vector")) > 0
    with pytest.raises(Refused, match="unknown_voice"):
        student.speak("Hello.", "nobody")
    with pytest.raises(Refused, match="nothing_to_speak"):
        student.speak("...", "speaker2")
    assert "WER on 8 lines trained on" in capsys.readouterr().out
    assert {"README.md", "curve.png", "trained_on.png"} <= {p.name for p in output.iterdir()}
    assert (output / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert len(list((output / "samples").glob("*.flac"))) == 4


def test_a_training_that_learns_nothing_writes_no_package(
    dataset: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    losses = StudentTask.losses

    def lost(self: StudentTask, *arguments: object) -> dict[str, torch.Tensor]:
        found = losses(self, *arguments)  # type: ignore[arg-type]
        return {key: value + torch.nan for key, value in found.items()}

    monkeypatch.setattr(StudentTask, "losses", lost)
    arguments = [f"dataset={dataset}", f"output={tmp_path / 'out'}", *NAR, *SMALL]
    assert run_app(TrainStudentConfig, "train_student", train.main, arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: nothing is learnt: the loss of 'student'")
    assert said.count("\n") == 1
    assert not (tmp_path / "out/student.json").exists()
    for line in (tmp_path / "out/history.jsonl").read_text().splitlines():
        assert json.loads(line, parse_constant=pytest.fail)


def test_two_voices_are_told_apart(tmp_path: Path) -> None:
    clips = [clip for clip in reference_clips() if clip.speaker_id in ("speaker0", "speaker3")]
    dataset = write_dataset(tmp_path / "set", clips)
    assert train_unheard(config(dataset, tmp_path / "out", "training.steps=1")) == 0
    student = open_student(str(tmp_path / "out"))
    assert student.voices == ("speaker0", "speaker3")
    assert not torch.equal(student.condition("speaker0"), student.condition("speaker3"))


@pytest.mark.parametrize("trust_known", [True, False])
def test_a_clip_of_nan_is_left_out(tmp_path: Path, capsys, trust_known: bool) -> None:  # type: ignore[no-untyped-def]
    clips = reference_clips()[:3]
    broken = io.BytesIO()
    samples = np.full(round(clips[0].duration_s * SAMPLE_RATE), np.nan, dtype=np.float32)
    soundfile.write(broken, samples, SAMPLE_RATE, format="WAV", subtype="FLOAT")
    dataset = write_dataset(
        tmp_path / "set", [replace(clips[0], audio=broken.getvalue()), *clips[1:]]
    )
    chosen = config(dataset, tmp_path / "out", "training.steps=2", f"trust_known={trust_known}")
    assert train_unheard(chosen) == 0
    assert "1 left out: not_aligned" in capsys.readouterr().out
    assert np.isfinite(open_student(str(tmp_path / "out")).speak("Hello.", "speaker1")).all()


def test_a_dataset_without_accepted_clips_is_one_line(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "set", [])
    with pytest.raises(InputError, match="holds no accepted clip"):
        train.main(config(dataset, tmp_path / "out"))


def test_one_clip_is_enough(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "set", reference_clips()[:1])
    assert train.main(config(dataset, tmp_path / "out", "training.steps=1")) == 0
    assert len(open_student(str(tmp_path / "out")).voices) == 1


def test_clips_without_sound_are_left_out(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    clips = reference_clips()[:3]
    samples = round(clips[0].duration_s * SAMPLE_RATE)
    silent = encode_flac(np.zeros(samples, dtype=np.float32), SAMPLE_RATE)
    dataset = write_dataset(tmp_path / "set", [replace(clips[0], audio=silent), *clips[1:]])
    chosen = config(dataset, tmp_path / "out", "training.steps=1", "trust_known=false")
    assert train_unheard(chosen) == 0
    assert "1 left out: not_aligned" in capsys.readouterr().out


def test_clips_are_chosen_by_their_numbers(tmp_path: Path) -> None:
    clips = [replace(clip, wer=n / 10) for n, clip in enumerate(reference_clips())]
    clips[1] = replace(clips[1], wer=float("nan"))
    clips[2] = replace(clips[2], wer=None)
    dataset = write_dataset(tmp_path / "set", clips)
    data = trainer(config(dataset, tmp_path / "out", "clips.wer_max=0.45")).task.data  # type: ignore[attr-defined]
    assert sorted(data.clips[row].wer for row in data.lengths) == pytest.approx([0, 0.3, 0.4])
    assert data.left_out == {"wer": 5}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("clips.mos_min=4", "none of the 8 clips in .* is left to train on: mos 8"),
        ("clips.speakers=[nobody]", "is left to train on: speaker 8"),
        ("clips.min_duration_s=15", "is left to train on: duration 8"),
        ("vocoder=package://teacher/mini/model.safetensors", "is no pulse vocoder"),
        ("init_from=package://teacher/mini/model.safetensors", "does not fit this student"),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    dataset: str, tmp_path: Path, override: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        train.main(config(dataset, tmp_path / "out", override))


def test_a_student_is_what_its_description_says(one_step: Path, tmp_path: Path) -> None:
    output = shutil.copytree(one_step, tmp_path / "out")
    described = output / "student.json"
    known = json.loads(described.read_text())
    described.write_text(json.dumps({**known, "hop_length": 300}))
    with pytest.raises(InputError, match="has hop_length 300, this version reads 256"):
        read_package(str(output))
    described.write_text(json.dumps({**known, "surprise": 1}))
    with pytest.raises(InputError, match="damaged, or of another version"):
        read_package(str(output))
    described.write_text(json.dumps(known))
    weights = output / "student.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(InputError, match="has SHA-256"):
        read_package(str(output))
    with pytest.raises(InputError, match="is no student"):
        read_package(str(tmp_path))


def test_another_run_starts_from_a_student_of_other_speakers(
    one_step: Path, tmp_path: Path
) -> None:
    start = f"init_from={one_step}/student.safetensors"
    one = write_dataset(tmp_path / "one", reference_clips()[:1])
    fresh = trainer(config(one, tmp_path / "second", start)).plain["student"]
    first = read_package(str(one_step))[1]
    assert fresh.vectors.shape == (1, 256)
    assert train_unheard(config(one, tmp_path / "second", start, "training.steps=1")) == 0
    assert len(first.vectors) == 4


@pytest.mark.parametrize("units", [None, 64])
def test_the_vocoder_is_tuned_on_the_students_mels(
    dataset: str, one_step: Path, tmp_path: Path, units: int | None
) -> None:
    from speech.config import load_config

    student, tuned = one_step, tmp_path / "tuned"
    overrides = [f"checkpoint={student}", f"dataset={dataset}", f"output={tuned}", "batch_size=2"]
    overrides.append(f"intermediate_dim={'null' if units is None else units}")
    small = ["training.steps=2", "training.log_every=1", "training.device=cpu"]
    chosen = load_config(tune_vocoder.TuneVocoderConfig, "tune_vocoder", [*overrides, *small])
    assert tune_vocoder.main(chosen) == 0
    before, after = open_student(str(student)), open_student(str(tuned))
    assert (
        before.description.sha256["student.safetensors"]
        == after.description.sha256["student.safetensors"]
    )
    assert before.revision != after.revision
    assert after.vocoder.backbone.convnext[0].pwconv1.out_features == (units or 768)
    assert len(after.speak("Hello there.", "speaker1")) == len(
        before.speak("Hello there.", "speaker1")
    )
