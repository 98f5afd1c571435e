"""MCD and F0 on pairs whose distance is known, and DTW against brute force."""

import functools
import math

import numpy as np
import pytest
import soxr

from eval.metrics.prosody import (
    COEFFICIENTS,
    compare_prosody,
    correlation,
    distances,
    mel_cepstral_distortion,
    time_warp,
)
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode
from speech.errors import Refused
from tests.spoken import reference_clips


@pytest.fixture(scope="module")
def spoken() -> Wave:
    return decode(reference_clips()[2].audio, 60)[0]


def harmonic(hertz: float, seconds: float = 1.0) -> Wave:
    """A tone with eight harmonics whose pitch swings by a tenth."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(hertz * (1 + 0.1 * np.sin(2 * np.pi * 2 * t))) / SAMPLE_RATE
    return (0.05 * sum(np.sin(k * phase) / k for k in range(1, 9))).astype(np.float32)


def test_a_clip_is_at_no_distance_from_itself(spoken: Wave) -> None:
    found = compare_prosody(spoken, spoken)
    assert found.mcd_db == 0
    assert found.f0_rmse_hz == 0
    assert found.f0_correlation == pytest.approx(1)


def test_level_makes_no_difference(spoken: Wave) -> None:
    """The floor of the log-mel bites in silence alone."""
    assert compare_prosody(spoken, 0.7 * spoken).mcd_db < 0.1


def test_a_known_shift_of_pitch() -> None:
    found = compare_prosody(harmonic(150 * 1.2), harmonic(150))
    assert found.f0_rmse_hz == pytest.approx(0.2 * 150, rel=0.05)
    assert found.mcd_db > 1


def test_a_slower_clip_is_warped_onto_the_other() -> None:
    """Resampling by 1.25 makes it slower and lower by as much; time alone is taken out."""
    quick = harmonic(200)
    slow = soxr.resample(quick, SAMPLE_RATE, SAMPLE_RATE * 1.25).astype(np.float32)
    found = compare_prosody(slow, quick)
    assert found.f0_rmse_hz == pytest.approx(200 * (1 - 1 / 1.25), rel=0.15)


def test_mcd_of_a_known_tilt() -> None:
    """Coefficients that differ by a give 10 / ln 10 * sqrt(2) * a: the spectrum's RMS error in dB."""
    flat = np.zeros((4, COEFFICIENTS))
    tilted = flat.copy()
    tilted[:, 0] = 0.3
    assert mel_cepstral_distortion(flat, tilted) == pytest.approx(10 / math.log(10) * 2**0.5 * 0.3)
    w = (np.arange(100) + 0.5) * np.pi / 100
    rms_db = 20 / math.log(10) * np.sqrt(np.mean((0.3 * np.cos(w)) ** 2))
    assert mel_cepstral_distortion(flat, tilted) == pytest.approx(rms_db)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (6, 1), (7, 9), (12, 5)])
def test_time_warp_is_the_cheapest_path(shape: tuple[int, int]) -> None:
    cost = np.random.default_rng(sum(shape)).uniform(0, 1, shape)

    @functools.cache
    def cheapest(i: int, j: int) -> float:
        if i < 0 or j < 0:
            return 0.0 if i == j == -1 else math.inf
        before = (cheapest(i - 1, j - 1), cheapest(i - 1, j), cheapest(i, j - 1))
        return cost[i, j] + min(before)

    rows, columns = time_warp(cost)
    assert cost[rows, columns].sum() == pytest.approx(cheapest(shape[0] - 1, shape[1] - 1))
    assert (rows[0], columns[0]) == (0, 0)
    assert (rows[-1] + 1, columns[-1] + 1) == shape
    assert set(zip(np.diff(rows), np.diff(columns), strict=True)) <= {(1, 1), (1, 0), (0, 1)}


def test_distances_are_euclidean() -> None:
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=(3, 4)), draw.normal(size=(5, 4))
    expected = np.linalg.norm(a[:, None] - b, axis=2)
    np.testing.assert_allclose(distances(a, b), expected, atol=1e-6)


def test_silence_has_no_pitch(spoken: Wave) -> None:
    found = compare_prosody(np.zeros(SAMPLE_RATE, np.float32), spoken)
    assert found.f0_rmse_hz is None
    assert found.f0_correlation is None
    assert found.mcd_db > 0


def test_a_monotone_has_no_correlation() -> None:
    assert correlation(np.ones(9), np.arange(9.0)) is None


@pytest.mark.parametrize(("seconds", "reason"), [(31.0, "too_long"), (0.001, "too_short")])
def test_refuses(spoken: Wave, seconds: float, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        compare_prosody(np.zeros(int(seconds * SAMPLE_RATE), np.float32), spoken)
    assert caught.value.reason == reason
