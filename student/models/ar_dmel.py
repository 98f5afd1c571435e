"""The autoregressive student of discrete tokens: one of some levels for each band of each frame.

dMel (arXiv 2407.15835) needs no codec: a level is a log-mel, and it is as such that a step is told
of those before it, since levels have an order. What a step says of its bands is drawn band by band;
the post-net hears all of them, and puts right what does not go together.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from speech.audio.mel import N_MELS
from student.models.acoustic import MEAN_MEL, masked_mean
from student.models.ar_config import DmelConfig
from student.models.ar_levels import (
    HIGHEST,
    LOWEST,
    disturbed,
    drawn_step,
    even_levels,
    level_mels,
    level_numbers,
    nucleus,
)
from student.models.ar_steps import DURATIONS_WEIGHT, Autoregressive


class DmelStudent(Autoregressive):
    """Draws the level of each band by its probability."""

    levels: Tensor
    """(mels, levels) log-mels"""

    @property
    def dmel(self) -> DmelConfig:
        assert self.config.dmel is not None
        return self.config.dmel

    def add_head(self, dim: int, step_size: int) -> None:
        low, high = torch.full((N_MELS,), LOWEST), torch.full((N_MELS,), HIGHEST)
        self.register_buffer("levels", even_levels(low, high, self.dmel.levels))
        self.logits = nn.Linear(dim, step_size * self.dmel.levels)

    def take_levels(self, levels: Tensor) -> None:
        """Those of the data that it is trained on, (mels, levels) log-mels."""
        self.levels.copy_(levels)

    def known(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        levels = self.levels - MEAN_MEL
        numbers = level_numbers(mel, levels)
        told = disturbed(numbers, self.dmel) if self.training else numbers
        return level_mels(numbers, levels), level_mels(told, levels)

    def read(self, hidden: Tensor, truth: Tensor, mask: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        levels = self.levels - MEAN_MEL
        logits = self.logits(hidden).float().reshape(len(hidden), -1, N_MELS, self.dmel.levels)
        logits = logits[:, : truth.shape[1]]
        with torch.no_grad():
            drawn = nucleus(logits, torch.rand(logits.shape[:-1], device=logits.device), self.dmel)
        wrong = F.cross_entropy(
            logits.flatten(0, 2), level_numbers(truth, levels).flatten(), reduction="none"
        )
        return level_mels(drawn, levels), {"tokens": masked_mean(wrong.view(truth.shape), mask)}

    def draw(
        self, hidden: Tensor, before: Sequence[Tensor], generator: torch.Generator | None
    ) -> Tensor:
        levels = (self.levels - MEAN_MEL).repeat(self.config.reduction, 1)
        logits = self.logits(hidden).float().unflatten(-1, (len(levels), -1))
        chance = torch.empty(2, *logits.shape[:-1], device=hidden.device)
        chance = chance.uniform_(generator=generator)
        steps = torch.cat(list(before[-self.dmel.repetition_window - 1 :]), 1)[:, 1:]
        recent = level_numbers(steps, levels) + 1
        return level_mels(drawn_step(logits, chance, recent, self.dmel), levels)

    def weights(self, step: int | None) -> Mapping[str, float]:
        return {"tokens": 1.0, "mel": 1.0, "durations": DURATIONS_WEIGHT}
