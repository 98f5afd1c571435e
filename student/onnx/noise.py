"""White noise as a filter takes it: spectra of its frames, out of a table that is made once."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft

from speech.audio.waveform import Wave
from student.onnx.overlap import hann

Spectra = npt.NDArray[np.complex64]
Noise = Callable[[int], Spectra]
"""of the next so many frames, at most `BLOCK`, their spectra (frames, bins)"""

BLOCK = 128
"""frames at a time, which stay in the processor's cache"""
NOISE_FRAMES = 512
"""after which it begins anew: 5.5 s, and nobody hears that. Transforms of fresh noise were a fifth
of the filter's time."""


class NoiseTable:
    """Noise from one of the table's frames on."""

    def __init__(self, n_fft: int, hop: int, place: int) -> None:
        """`place`: any number."""
        self.table, self.place = noise_table(n_fft, hop), place % NOISE_FRAMES

    def __call__(self, frames: int) -> Spectra:
        found = self.table[self.place : self.place + frames]
        self.place = (self.place + frames) % NOISE_FRAMES
        return found


@lru_cache
def noise_table(n_fft: int, hop: int) -> Spectra:
    """(`NOISE_FRAMES` + `BLOCK`, bins): of noise that goes round, whose last frames are its first."""
    samples = np.random.default_rng(0).standard_normal(NOISE_FRAMES * hop, np.float32)
    around = np.concatenate((samples, samples[: BLOCK * hop + n_fft]))
    return spectra_of(around, n_fft, hop)[: NOISE_FRAMES + BLOCK]


def spectra_of(samples: Wave, n_fft: int, hop: int) -> Spectra:
    """Of every frame, so that noise of variance 1 has magnitudes of mean square 1."""
    window = hann(n_fft)
    frames = np.lib.stride_tricks.sliding_window_view(samples, n_fft)[::hop]
    return scipy.fft.rfft(frames * (window / (window**2).sum() ** 0.5)).astype(np.complex64)
