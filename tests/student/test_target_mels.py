"""What a student is to learn of a clip: what its vocoder was given, where that is kept."""

from dataclasses import replace
from pathlib import Path

import torch

from speech.audio.mel import log_mel
from speech.audio.waveform import decode
from speech.dataset.clips import open_clips
from speech.dataset.mel_bytes import mel_bytes
from student.data.features import features_of, target_mel
from tests.spoken import reference_clips, write_dataset


def test_kept_mels_are_learnt_and_else_those_of_the_audio(tmp_path: Path) -> None:
    given, own = reference_clips()[:2]
    mel = log_mel(torch.from_numpy(decode(given.audio, 60)[0])).flip(0)  # another one than heard
    given = replace(given, teacher_mel=mel_bytes(mel))
    clips = open_clips(write_dataset(tmp_path, [given, own]))
    for row, info in enumerate(clips):
        wave = clips.wave(row)
        wanted = mel if info.id == given.id else log_mel(torch.from_numpy(wave))
        assert (target_mel(clips, row, wave) - wanted).abs().max() < 0.04
        features = features_of(clips, row, wave)
        assert (features.mel.float() - wanted).abs().max() < 0.05
        assert len(features.pitch) == len(features.voiced) == len(features.energy) == len(wanted)
        assert (features.energy - wanted.mean(-1)).abs().max() < 0.04
