"""What tells a vocoder's waves from true ones: many small looks at spectra and at periods."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

SLOPE = 0.1
WIDTHS = (1, 2, 4, 8, 8)
"""of a period discriminator's layers, in channels"""
KERNEL, STRIDE = 5, 3

Judged = tuple[list[Tensor], list[list[Tensor]]]
"""each part's scores, and its feature maps"""


class PeriodDiscriminator(nn.Module):
    """HiFi-GAN's (arXiv 2010.05646) of a chosen width: samples a period apart are one column of an
    image, so that what repeats is seen side by side."""

    def __init__(self, period: int, channels: int) -> None:
        super().__init__()
        self.period = period
        widths = [1, *(channels * width for width in WIDTHS)]
        strides = [STRIDE] * (len(WIDTHS) - 1) + [1]
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(a, b, (KERNEL, 1), (stride, 1), (KERNEL // 2, 0)))
            for (a, b), stride in zip(pairwise(widths), strides, strict=True)
        )
        self.out = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, waves: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(B, samples) -> scores (B, 1, rows, period), and what each layer saw."""
        whole = F.pad(waves[:, None], (0, -waves.shape[-1] % self.period), "reflect")
        x, seen = whole.unflatten(-1, (-1, self.period)), []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
            seen.append(x)
        return self.out(x), seen


class Discriminators(nn.Module):
    """Vocos's multi-resolution discriminators (vocos/discriminators.py) and HiFi-GAN's multi-period
    ones, of a chosen width."""

    def __init__(self, windows: Sequence[int], periods: Sequence[int], channels: int) -> None:
        super().__init__()
        from vocos.discriminators import DiscriminatorR

        parts = [DiscriminatorR(size, channels=channels) for size in windows]
        parts += [PeriodDiscriminator(period, channels) for period in periods]
        self.parts = nn.ModuleList(parts)

    def forward(self, waves: Tensor) -> Judged:
        """(B, samples)."""
        judged = [part(waves) for part in self.parts]
        return [scores.float() for scores, _ in judged], [features for _, features in judged]


def discriminator_loss(real: Judged, made: Judged) -> Tensor:
    """Hinge (arXiv 1705.02894), as Vocos is trained: real above 1, made below -1."""
    losses = [
        (1 - r).clamp(min=0).mean() + (1 + m).clamp(min=0).mean()
        for r, m in zip(real[0], made[0], strict=True)
    ]
    return torch.stack(losses).mean()


def adversarial_losses(real: Judged, made: Judged) -> dict[str, Tensor]:
    """How far `made` is from passing for real, and from `real` in the discriminators' own features."""
    scores = torch.stack([(1 - m).clamp(min=0).mean() for m in made[0]])
    distances = [
        (r - m).abs().mean()
        for rs, ms in zip(real[1], made[1], strict=True)
        for r, m in zip(rs, ms, strict=True)
    ]
    return {"adversarial": scores.mean(), "features": torch.stack(distances).mean()}
