"""The autoregressive student of continuous mels: MELL-E (arXiv 2407.08551) on aligned text."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from student.models.acoustic import masked_mean, smooth_distance
from student.models.ar_latent import Latent, LatentHead, kl_to_truth
from student.models.ar_steps import DURATIONS_WEIGHT, Autoregressive


class ArStudent(Autoregressive):
    """Draws the mels of a step from a normal distribution."""

    def add_head(self, dim: int, step_size: int) -> None:
        self.latent = LatentHead(dim, step_size, self.config.sampling)

    def read(self, hidden: Tensor, truth: Tensor, mask: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        latent: Latent = self.latent(hidden, None)
        coarse = self.by_frames(latent.coarse)[:, : truth.shape[1]]
        kl = self.by_frames(kl_to_truth(latent, self.grouped(truth)))[:, : truth.shape[1]]
        # not of the mean, as MELL-E has it: that runs away, and the MLP after it brings it back
        flux = (coarse[:, 1:] - truth[:, :-1]).abs()
        return coarse, {
            "coarse": smooth_distance(coarse, truth, mask),
            "kl": masked_mean(kl, mask),
            "flux": -masked_mean(flux, mask[:, 1:]),
        }

    def draw(
        self, hidden: Tensor, before: Sequence[Tensor], generator: torch.Generator | None
    ) -> Tensor:
        coarse: Tensor = self.latent(hidden, generator).coarse
        return coarse

    def weights(self, step: int | None) -> Mapping[str, float]:
        config = self.config
        weights = {"coarse": 1.0, "mel": 1.0, "durations": DURATIONS_WEIGHT}
        weights["flux"] = config.flux_weight
        if config.sampling and (step is None or step >= config.kl_from):
            weights["kl"] = config.kl_weight
        return weights
