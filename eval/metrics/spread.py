"""How lively one clip is by itself: how far its pitch moves, and how unequal its sounds last."""

import math
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from speech.audio.mel import HOP_LENGTH
from speech.audio.pitch import pitch_hz
from speech.audio.waveform import Wave

OCTAVE_ERROR_ST = 7.0
"""semitones from a clip's median, beyond which its pitch was taken for another of its multiples"""
MIN_VOICED_FRAMES = 10
MIN_SOUNDS = 5


def pitch_spread(wave: Wave) -> float | None:
    """(samples,) at 24 kHz -> the standard deviation of F0 over voiced frames, in semitones.

    Frames farther than `OCTAVE_ERROR_ST` from the median are left out: of clips of the embedded
    teacher one in ten, which would double its spread.

    Returns:
        None where fewer than `MIN_VOICED_FRAMES` are voiced.
    """
    if len(wave) < HOP_LENGTH:
        return None
    hertz, voiced = pitch_hz(torch.from_numpy(wave)[None])
    semitones = 12 * np.log2(hertz[voiced].double().numpy())
    if len(semitones) < MIN_VOICED_FRAMES:
        return None
    kept = semitones[np.abs(semitones - np.median(semitones)) <= OCTAVE_ERROR_ST]
    return float(kept.std())


def duration_spread(phonemes: str, ends_s: Sequence[float]) -> float | None:
    """The standard deviation of the natural logarithms of sounds' durations.

    Of durations that a system tells itself: an aligner's are nearly equal whoever speaks, since it
    expects each sound to last as long as it does on average.

    Args:
        phonemes: In misaki's alphabet. A stress mark's time is its vowel's; pauses do not count.
        ends_s: Of each of them, the second at which it ends.

    Returns:
        None where there are fewer than `MIN_SOUNDS`.
    """
    lasts = _sounds(phonemes, np.diff([0.0, *ends_s]))
    logs = [math.log(seconds) for seconds in lasts if seconds > 0]
    return float(np.std(logs)) if len(logs) >= MIN_SOUNDS else None


def _sounds(phonemes: str, lasts_s: npt.NDArray[np.float64]) -> list[float]:
    found, marked = [], 0.0
    for phoneme, seconds in zip(phonemes, lasts_s.tolist(), strict=True):
        kind = unicodedata.category(phoneme)
        if kind == "Lm":  # ˈ and ˌ, and the ᵊ of a syllabic consonant
            marked += seconds
            continue
        if kind.startswith("L"):
            found.append(marked + seconds)
        marked = 0.0
    return found


def off_median(rates: Sequence[float]) -> list[float]:
    """How far each rate is from their median, as a fraction of it, on a logarithmic scale."""
    middle = math.log(float(np.median(rates)))
    return [abs(math.log(rate) - middle) for rate in rates]
