"""How far pitch moves and how unequal sounds last, on clips whose truth is known."""

import numpy as np
import pytest

from eval.metrics.spread import duration_spread, off_median, pitch_spread
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave


def sung(semitones: np.ndarray, hertz: float = 150.0) -> Wave:
    """Five harmonics whose pitch follows (samples,) `semitones`."""
    phase = 2 * np.pi * np.cumsum(hertz * 2 ** (semitones / 12)) / SAMPLE_RATE
    return sum(0.1 * np.sin(k * phase) for k in range(1, 6)).astype(np.float32)


def vibrato(depth: float, seconds: float = 2.0) -> np.ndarray:
    return depth * np.sin(2 * np.pi * 2 * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


@pytest.mark.parametrize("depth", [0.0, 1.0, 4.0])
def test_pitch_spread_is_the_deviation_in_semitones(depth: float) -> None:
    assert pitch_spread(sung(vibrato(depth))) == pytest.approx(depth / np.sqrt(2), abs=0.1)


def test_a_stretch_that_is_an_octave_off_is_no_liveliness() -> None:
    semitones = vibrato(1.0)
    semitones[: len(semitones) // 10] += 12
    assert pitch_spread(sung(semitones)) == pytest.approx(1 / np.sqrt(2), abs=0.15)


def test_what_has_no_pitch_has_no_spread() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    for wave in (np.zeros(0, np.float32), np.zeros(SAMPLE_RATE, np.float32), noise[:200]):
        assert pitch_spread(wave) is None


def test_equal_sounds_have_no_duration_spread_and_doubled_ones_have() -> None:
    assert duration_spread("abcdef", [0.1 * i for i in range(1, 7)]) == pytest.approx(0)
    ends = np.cumsum([0.1, 0.2, 0.1, 0.2, 0.1, 0.2])
    assert duration_spread("abcdef", ends.tolist()) == pytest.approx(np.log(2) / 2)


def test_a_stress_mark_lasts_with_its_vowel_and_pauses_do_not_count() -> None:
    ends = np.cumsum([0.1, 0.04, 0.06, 0.1, 0.5, 0.1, 0.1, 2.0])
    assert duration_spread("nˈɑt ɪf.", ends.tolist()) == pytest.approx(0)


def test_too_few_sounds_have_no_spread() -> None:
    assert duration_spread("hi.", [0.1, 0.2, 0.5]) is None


def test_rates_are_held_against_their_median() -> None:
    assert off_median([10.0, 20.0, 40.0]) == pytest.approx([np.log(2), 0, np.log(2)])
