"""A discriminator on mels: what a mean of many possible mels looks like, it learns to tell."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

SLOPE = 0.2


class MelDiscriminator(nn.Module):
    """Convolutions over time and bands; a score for every patch, and what each layer saw."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        widths = [1, channels, 2 * channels, 4 * channels]
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(a, b, 5, stride=2, padding=2)) for a, b in pairwise(widths)
        )
        self.out = weight_norm(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, mel: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(B, N, mels) -> scores (B, 1, N / 8, mels / 8) and the layers' features."""
        x, seen = mel.unsqueeze(1), []
        for layer in self.layers:
            x = nn.functional.leaky_relu(layer(x), SLOPE)
            seen.append(x)
        return self.out(x).float(), seen


def discriminator_loss(discriminator: nn.Module, real: Tensor, made: Tensor) -> Tensor:
    """Least squares (LSGAN, arXiv 1611.04076): real is 1, made is 0."""
    real_scores, _ = discriminator(real)
    made_scores, _ = discriminator(made)
    return (real_scores - 1).square().mean() + made_scores.square().mean()


def adversarial_losses(discriminator: nn.Module, real: Tensor, made: Tensor) -> dict[str, Tensor]:
    """How far `made` is from passing for real, and from `real` in the discriminator's own features."""
    with torch.no_grad():
        _, seen = discriminator(real)
    scores, ours = discriminator(made)
    return {"adversarial": (scores - 1).square().mean(), "features": _distance(seen, ours)}


def _distance(real: Sequence[Tensor], made: Sequence[Tensor]) -> Tensor:
    pairs = zip(real, made, strict=True)
    return torch.stack(
        [(r - m).float().abs().mean() / r.float().abs().mean() for r, m in pairs]
    ).mean()
