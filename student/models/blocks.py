"""What students are built of: ConvNeXt blocks over time that the speaker scales and shifts."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

KERNEL = 7
SCALE_START = 0.1


class Block(nn.Module):
    """A ConvNeXt block (arXiv 2201.03545) over time, its norm's scale and shift from the speaker.

    Without attention: each frame sees `KERNEL // 2` neighbours on each side, so that a text can be
    spoken in pieces, and the cost of a frame does not grow with the length.
    """

    def __init__(self, dim: int, hidden_dim: int, condition_dim: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(dim, dim, KERNEL, padding=KERNEL // 2, groups=dim)
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.film = nn.Linear(condition_dim, 2 * dim)
        self.up = nn.Linear(dim, hidden_dim)
        self.down = nn.Linear(hidden_dim, dim)
        self.scale = nn.Parameter(torch.full((dim,), SCALE_START))

    def forward(self, x: Tensor, condition: Tensor, mask: Tensor) -> Tensor:
        """(B, N, dim), (B, 1, condition_dim) and (B, N, 1), 0 on padding -> (B, N, dim)."""
        y = over_time(self.conv, x)
        scale, shift = self.film(condition).chunk(2, dim=-1)
        y = self.norm(y) * (1 + scale) + shift
        y = self.down(F.gelu(self.up(y)))
        return (x + self.scale * y) * mask


class Stack(nn.Module):
    """Blocks one after another."""

    def __init__(self, layers: int, dim: int, hidden_dim: int, condition_dim: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(dim, hidden_dim, condition_dim) for _ in range(layers))
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, condition: Tensor, mask: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, condition, mask)
        return self.norm(x) * mask


def over_time(conv: nn.Conv1d, x: Tensor) -> Tensor:
    """A convolution of (B, N, channels) over N, as one of an image of height 1, for which torch and
    onnxruntime have faster kernels."""
    image = x.unsqueeze(1).permute(0, 3, 1, 2)
    padding = (0, int(conv.padding[0]))
    y = F.conv2d(image, conv.weight.unsqueeze(2), conv.bias, padding=padding, groups=conv.groups)
    return y.permute(0, 2, 3, 1).squeeze(1)
