"""What is drawn at each step of the autoregressive student: a mel, not the mean of all mels.

As the latent sampling module of MELL-E (arXiv 2407.08551, section 3.2.2).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

LOG_VARIANCE_START = -3.0
"""near where it stays when the losses of `student.models.ar` are weighed against each other"""


@dataclass(frozen=True)
class Latent:
    """A normal distribution by its `mean` and `log_variance`, and the mel `coarse` that one draw
    from it gives; all (B, T, size)."""

    mean: Tensor
    log_variance: Tensor
    coarse: Tensor


class LatentHead(nn.Module):
    """A decoder's states -> distributions of mels, a draw from each, and an MLP over the draw."""

    def __init__(self, dim: int, size: int, sampling: bool) -> None:
        """Without `sampling`, the mean is taken for the draw."""
        super().__init__()
        self.sampling = sampling
        self.distribution = nn.Linear(dim, 2 * size)
        last = nn.Linear(dim, size)
        self.mlp = nn.Sequential(nn.Linear(size, dim), nn.GELU(), last)
        nn.init.constant_(self.distribution.bias[size:], LOG_VARIANCE_START)
        nn.init.zeros_(last.weight)

    def forward(self, hidden: Tensor, generator: torch.Generator | None) -> Latent:
        """(B, T, dim); None draws from torch's own generator."""
        mean, log_variance = self.distribution(hidden).float().chunk(2, dim=-1)
        drawn = mean
        if self.sampling:
            noise = torch.empty_like(mean).normal_(generator=generator)
            drawn = mean + (0.5 * log_variance).exp() * noise
        return Latent(mean, log_variance, drawn + self.mlp(drawn).float())


def kl_to_truth(latent: Latent, truth: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(truth, 1)), element by element."""
    wrong = (latent.mean - truth).square()
    return 0.5 * (latent.log_variance.exp() + wrong - 1 - latent.log_variance)
