"""The nets at both ends of the autoregressive student, as in Tacotron 2 (arXiv 1712.05884)."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CONVOLUTIONS, KERNEL = 5, 5


class PreNet(nn.Module):
    """What a step is told of the mels before it. Dropout stays on when it speaks as well: what can
    be copied from the last mels without looking at the text soon repeats itself."""

    def __init__(self, size: int, hidden_dim: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.hidden = nn.ModuleList(
            [nn.Linear(size, hidden_dim), nn.Linear(hidden_dim, hidden_dim)]
        )
        self.out = nn.Linear(hidden_dim, dim)

    def forward(self, mels: Tensor, generator: torch.Generator | None) -> Tensor:
        """(B, T, size) -> (B, T, dim); None draws from torch's own generator."""
        x = mels
        for layer in self.hidden:
            x = F.relu(layer(x))
            chance = torch.empty_like(x).uniform_(generator=generator)
            x = x * (chance >= self.dropout) / (1 - self.dropout)
        return self.out(x)


class PostNet(nn.Module):
    """Adds to mels what can be known once those after them are there too."""

    def __init__(self, mels: int, dim: int) -> None:
        super().__init__()
        widths = [mels, *[dim] * (CONVOLUTIONS - 1), mels]
        self.layers = nn.ModuleList(
            nn.Conv1d(a, b, KERNEL, padding=KERNEL // 2) for a, b in pairwise(widths)
        )
        last = self.layers[-1]
        assert isinstance(last, nn.Conv1d)
        nn.init.zeros_(last.weight)

    def forward(self, mel: Tensor, mask: Tensor) -> Tensor:
        """(B, N, mels) and (B, N, 1), 0 on padding, of which nothing reaches the frames before."""
        x, valid = mel.transpose(1, 2), mask.transpose(1, 2)
        for layer in self.layers[:-1]:
            x = torch.tanh(layer(x * valid))
        return mel + self.layers[-1](x * valid).transpose(1, 2)
