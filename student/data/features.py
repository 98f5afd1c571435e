"""What a student learns from a clip: mel, pitch, voicing and energy, frame by frame."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from speech.audio.mel import log_mel
from speech.audio.pitch import pitch_hz
from speech.audio.waveform import Wave

MIDDLE_HZ = 150.0
"""pitch is in octaves above it"""


@dataclass(frozen=True)
class Features:
    """`mel` (N, mels) in half precision; `pitch` (N,) in octaves above `MIDDLE_HZ`, drawn through
    what is not voiced; `voiced` (N,) 0 or 1; `energy` (N,), the mean of the log-mels."""

    mel: Tensor
    pitch: Tensor
    voiced: Tensor
    energy: Tensor

    @property
    def nbytes(self) -> int:
        return sum(t.nbytes for t in (self.mel, self.pitch, self.voiced, self.energy))


def features_of(wave: Wave) -> Features:
    """(samples,) at 24 kHz."""
    samples = torch.from_numpy(wave)
    mel = log_mel(samples)
    hertz, voiced = (track[0, : len(mel)] for track in pitch_hz(samples[None]))
    octaves = (hertz / MIDDLE_HZ).log2().numpy()
    return Features(
        mel.half(),
        torch.from_numpy(_drawn_through(octaves, voiced.numpy())),
        voiced.float(),
        mel.mean(-1),
    )


def hertz_of(octaves: Tensor) -> Tensor:
    return MIDDLE_HZ * 2**octaves


def _drawn_through(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Straight lines where nothing is known; 0 where nothing is known at all."""
    if not known.any():
        return np.zeros_like(values)
    places = np.arange(len(values))
    return np.interp(places, places[known], values[known]).astype(np.float32)
