"""Exports with a residual, and spectra that are made consistent: what torch has, in pieces as whole."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from speech.vocoder.network import DECIMATION, PulseVocoder
from student.export import export
from student.onnx.consistency import Consistency
from student.onnx.runtime import OnnxStudent
from student.onnx.waves import RESIDUAL
from student.parity import spoken_by_both
from student.student import open_student
from tests.student.untrained import spectra_apart, untrained_student

PHONEMES = "ɪt tˈAks tˈIm, ænd mˈɪnəts tə ɡɛt ðˈɛɹ."
FRAMES, N_FFT, HOP = 150, 1024, 256
LOW = N_FFT // DECIMATION // 2
"""bins below an eighth of the sample rate"""


@pytest.fixture(scope="module", params=[False, True], ids=["none", "residual"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("student")
    export(untrained_student(folder, residual=request.param), str(folder / "onnx"), int8=False)
    return folder


def test_an_export_with_a_residual_is_that_of_torch(folder: Path) -> None:
    exported = OnnxStudent(str(folder / "onnx"))
    ours, theirs = spoken_by_both(open_student(str(folder)), exported, PHONEMES, "eve")
    assert spectra_apart(ours, theirs) < 1e-3


def test_an_autoregressive_student_has_its_residual_too(tmp_path: Path) -> None:
    student = untrained_student(tmp_path, "ar", residual=True)
    export(student, str(tmp_path / "onnx"), int8=True)
    assert set(RESIDUAL) < set(OnnxStudent(str(tmp_path / "onnx")).wanted)
    export(student, str(tmp_path / "onnx"), int8=False)
    ours, exported = spoken_by_both(student, OnnxStudent(str(tmp_path / "onnx")), PHONEMES, "eve")
    assert spectra_apart(ours, exported) < 1e-3


@pytest.fixture(scope="module")
def spectrum() -> torch.Tensor:
    """(1, bins, frames) that no wave has: every frame is another's."""
    return torch.randn(1, N_FFT // 2 + 1, FRAMES, dtype=torch.complex64)


@pytest.fixture(scope="module")
def vocoder() -> PulseVocoder:
    return PulseVocoder(16, 32, 1)


def in_pieces(spectrum: torch.Tensor, cuts: list[int]) -> np.ndarray:
    """(bins, frames)."""
    spectra, consistency = spectrum[0].T.numpy().copy(), Consistency(FRAMES, N_FFT, HOP)
    ends = pairwise([0, *cuts, FRAMES])
    return np.concatenate([consistency.push(spectra[begin:end]) for begin, end in ends]).T


def test_it_is_that_of_torch(vocoder: PulseVocoder, spectrum: torch.Tensor) -> None:
    np.testing.assert_allclose(
        in_pieces(spectrum, []), vocoder.consistent(spectrum)[0].numpy(), atol=1e-4
    )


@pytest.mark.parametrize("cuts", [[4], [30, 31, 90], [60], [147, 148, 149], list(range(2, 150, 2))])
def test_in_pieces_it_is_the_whole(spectrum: torch.Tensor, cuts: list[int]) -> None:
    np.testing.assert_allclose(in_pieces(spectrum, cuts), in_pieces(spectrum, []), atol=1e-5)


def test_a_piece_is_as_far_behind_as_it_says(spectrum: torch.Tensor) -> None:
    consistency = Consistency(FRAMES, N_FFT, HOP)
    assert len(consistency.push(spectrum[0].T[:20].numpy())) == 20 - consistency.delay


def test_low_bins_are_nearer_to_what_a_wave_has_and_others_as_they_were(
    vocoder: PulseVocoder, spectrum: torch.Tensor
) -> None:
    after = vocoder.consistent(spectrum)
    torch.testing.assert_close(after[:, LOW:], spectrum[:, LOW:])

    def apart(spectrum: torch.Tensor) -> float:
        heard = vocoder._stft(vocoder._istft(spectrum, (FRAMES - 1) * HOP))
        wanted = spectrum[:, : LOW - 4]
        return float((heard[:, : LOW - 4] - wanted).norm() / wanted.norm())

    assert apart(after) < 0.7 * apart(spectrum)


def test_what_a_wave_has_stays_as_it_is(vocoder: PulseVocoder) -> None:
    generator = torch.Generator().manual_seed(0)
    wave = torch.randn(1, (FRAMES - 1) * HOP, generator=generator)
    spectrum = vocoder._stft(wave)
    after = vocoder._istft(vocoder.consistent(spectrum), wave.shape[1])
    assert (after - wave).norm() < 0.06 * wave.norm()  # at 3 kHz, where two rates meet
