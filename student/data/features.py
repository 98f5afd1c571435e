"""What a student learns from a clip: mel, pitch, voicing and energy, frame by frame."""

from dataclasses import dataclass

import torch
from torch import Tensor

from speech.audio.mel import HOP_LENGTH, log_mel
from speech.audio.pitch import pitch_track
from speech.audio.waveform import Wave
from speech.dataset.clips import Clips


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


def features_of(clips: Clips, row: int, wave: Wave) -> Features:
    """Of a clip, with what it sounds like."""
    samples = torch.from_numpy(wave)
    mel = target_mel(clips, row, wave)
    octaves, voiced = (track[: len(mel)] for track in pitch_track(samples))
    return Features(mel.half(), octaves, voiced.float(), mel.mean(-1))


def target_mel(clips: Clips, row: int, wave: Wave) -> Tensor:
    """(samples // hop, mels): what the teacher's vocoder was given, where the dataset keeps it, or that
    of the wave.

    That of a wave holds the noise of its vocoder, to which the student's own adds more: a vocoder's
    speech, vocoded once more, loses 0.2 of DistillMOS (docs/students.md).
    """
    given = clips.teacher_mel(row, len(wave) // HOP_LENGTH)
    return log_mel(torch.from_numpy(wave)) if given is None else given
