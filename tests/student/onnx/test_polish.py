"""Exports with a residual and speech with a polish: what torch has, in pieces as whole."""

from pathlib import Path

import numpy as np
import pytest
import torch

from speech.audio.mel import N_MELS
from speech.config import run_app
from speech.errors import InputError
from speech.synthesizer import SynthesisRequest
from speech.vocoder.network import MEL_SHARE, POLISH, PulseVocoder
from student.export import export
from student.onnx.polish import Polish
from student.onnx.runtime import OnnxStudent
from student.onnx.waves import RESIDUAL
from student.parity import spoken_by_both
from student.student import open_student
from student.synthesize import SynthesizeConfig, main
from tests.student.untrained import spectra_apart, untrained_student

LINE = "It takes about forty minutes to get there, and as many to get back again."
PHONEMES = "ɪt tˈAks tˈIm, ænd mˈɪnəts tə ɡɛt ðˈɛɹ."
ROUNDS, HOP = 4, 256


@pytest.fixture(scope="module", params=[False, True], ids=["none", "residual"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("student")
    export(untrained_student(folder, residual=request.param), str(folder / "onnx"), int8=False)
    return folder


def spoken(folder: Path, rounds: int) -> OnnxStudent:
    return OnnxStudent(str(folder / "onnx"), polish_rounds=rounds)


def test_an_export_with_a_residual_is_that_of_torch(folder: Path) -> None:
    ours, exported = spoken_by_both(open_student(str(folder)), spoken(folder, 0), PHONEMES, "eve")
    assert spectra_apart(ours, exported) < 1e-3


def test_an_autoregressive_student_has_its_residual_too(tmp_path: Path) -> None:
    student = untrained_student(tmp_path, "ar", residual=True)
    export(student, str(tmp_path / "onnx"), int8=True)
    assert set(RESIDUAL) < set(spoken(tmp_path, 0).wanted)
    export(student, str(tmp_path / "onnx"), int8=False)
    ours, exported = spoken_by_both(student, spoken(tmp_path, 0), PHONEMES, "eve")
    assert spectra_apart(ours, exported) < 1e-3


@pytest.fixture(scope="module")
def wave_and_mel() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    mel = torch.randn(1, 150, N_MELS) - 2
    with torch.no_grad():
        return PulseVocoder(16, 32, 1).speak(mel), mel


def in_pieces(wave: torch.Tensor, level: torch.Tensor, cuts: list[int], rounds: int) -> np.ndarray:
    """As `PulseFilter` says it: two frames behind the levels."""
    samples, levels = wave[0].numpy(), level[0].numpy()
    polish, pieces, begin = Polish(len(levels), 1024, HOP, rounds), [], 0
    for end in (*cuts, len(levels)):
        first = max(0, begin - 2) * HOP
        last = len(samples) if end == len(levels) else max(0, end - 2) * HOP
        pieces.append(polish.push(samples[first:last], levels[begin:end]))
        begin = end
    return np.concatenate(pieces)


@pytest.mark.parametrize("rounds", [1, ROUNDS, POLISH])
def test_polish_is_that_of_torch(
    wave_and_mel: tuple[torch.Tensor, torch.Tensor], rounds: int
) -> None:
    wave, mel = wave_and_mel
    vocoder = PulseVocoder(16, 32, 1)
    theirs = vocoder.polished(mel, wave, rounds)[0].numpy()
    ours = in_pieces(wave, vocoder._magnitudes(mel), [], rounds)
    assert MEL_SHARE == 0.25  # which is roots in numpy
    np.testing.assert_allclose(ours, theirs, atol=1e-3 * np.abs(theirs).max())
    assert np.abs(theirs - wave[0].numpy()).max() > 0.05 * np.abs(theirs).max()


@pytest.mark.parametrize("cuts", [[4], [30, 31, 90], [60], [147, 148, 149], list(range(2, 150, 2))])
def test_a_polish_in_pieces_is_the_whole_to_the_sample(
    wave_and_mel: tuple[torch.Tensor, torch.Tensor], cuts: list[int]
) -> None:
    wave, mel = wave_and_mel
    level = PulseVocoder(16, 32, 1)._magnitudes(mel)
    whole = in_pieces(wave, level, [], ROUNDS)
    np.testing.assert_array_equal(in_pieces(wave, level, cuts, ROUNDS), whole)


@pytest.mark.parametrize("first_s", [0.02, 0.3])
def test_polished_speech_streams_as_it_is_whole(folder: Path, first_s: float) -> None:
    student = spoken(folder, ROUNDS)
    whole = student.speak(LINE, "ben", seed=3)
    pieces = list(student.stream(SynthesisRequest(LINE, "ben", "en", seed=3), first_s=first_s))
    together = np.concatenate(pieces)
    assert len(pieces) > 1
    assert together.shape == whole.shape
    assert np.abs(together - whole).max() < 1e-3 * np.abs(whole).max()
    plain = spoken(folder, 0).speak(LINE, "ben", seed=3)
    assert plain.shape == whole.shape
    assert np.abs(plain - whole).max() > 0.02 * np.abs(whole).max()


def test_torch_speaks_polished_too(folder: Path) -> None:
    plain, polished = (open_student(str(folder), polish_rounds=n) for n in (0, ROUNDS))
    one, other = plain.speak(LINE, "ben"), polished.speak(LINE, "ben")
    assert one.shape == other.shape
    assert np.abs(one - other).max() > 0.02 * np.abs(one).max()


def test_an_export_of_before_speaks_but_is_not_polished(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.setattr("student.onnx.runtime.LEVEL", "not there")  # as in exports of before
    assert len(spoken(folder, 0).speak(LINE, "ben"))
    with pytest.raises(InputError, match="exported before speech could be polished"):
        spoken(folder, ROUNDS)
    arguments = [f"checkpoint={folder / 'onnx'}", "text=Hello", f"polish_rounds={ROUNDS}"]
    arguments.append(f"output={tmp_path / 'a.wav'}")
    assert run_app(SynthesizeConfig, "synthesize", main, arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "polish_rounds=0" in error
