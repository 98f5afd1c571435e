"""What a student learns from a clip: mel, pitch, voicing and energy, frame by frame."""

from dataclasses import dataclass

import torch
from torch import Tensor

from speech.audio.mel import log_mel
from speech.audio.pitch import pitch_track
from speech.audio.waveform import Wave


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
    octaves, voiced = (track[: len(mel)] for track in pitch_track(samples))
    return Features(mel.half(), octaves, voiced.float(), mel.mean(-1))
