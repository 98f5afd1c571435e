"""Mels of the training data as levels, two in a byte: an eighth of what they take in float32."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from rich.console import Console
from torch import Tensor

from speech.dataset.clips import Clips
from speech.progress import track
from student.data.features import target_mel
from student.models.ar_config import DmelConfig
from student.models.ar_levels import fitted_levels, level_mels, level_numbers

CLIPS = 300
"""that levels are fitted to, from all parts of the data"""
HIGH = 16
"""of two levels in a byte, the first counts for so much"""


@dataclass(frozen=True)
class LevelCodec:
    """`levels` (mels, levels): the log-mels that each band's stand for; the number of bands is even."""

    levels: Tensor

    def packed(self, mel: Tensor) -> Tensor:
        """Log-mels (N, mels) -> (N, mels / 2) bytes."""
        numbers = level_numbers(mel, self.levels)
        return (HIGH * numbers[:, ::2] + numbers[:, 1::2]).to(torch.uint8)

    def mel(self, packed: Tensor) -> Tensor:
        """(N, mels / 2) bytes -> (N, mels), each the middle of its level."""
        numbers = torch.stack((packed // HIGH, packed % HIGH), -1).flatten(1).long()
        return level_mels(numbers, self.levels)


def fitted_codec(
    clips: Clips, rows: Sequence[int], config: DmelConfig, console: Console
) -> LevelCodec:
    """Levels for the clips `rows`, from at most `CLIPS` of them."""
    chosen = rows[:: -(-len(rows) // CLIPS)]
    mels = [
        target_mel(clips, row, clips.wave(row)) for row in track(chosen, "levels", console, "clip")
    ]
    return LevelCodec(fitted_levels(torch.cat(mels), config))
