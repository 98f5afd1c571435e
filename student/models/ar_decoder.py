"""The causal transformer of the autoregressive student, and what it remembers between steps."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from student.models.blocks import SCALE_START

ROPE_BASE = 10_000.0
FILMS = 4
"""scale and shift before the attention, scale and shift before the feed-forward"""

KeyValues = tuple[Tensor, Tensor]
"""rotated keys and values (B, heads, steps, dim / heads) of the steps so far"""


@dataclass
class Memory:
    """Of a text that is being spoken: what its speaker tells each layer, the rotations (steps, 2,
    dim / heads / 2) of all steps, and each layer's keys and values of those done."""

    films: tuple[Tensor, ...]
    rotations: Tensor
    past: list[KeyValues | None]
    step: int = 0


class CausalBlock(nn.Module):
    """Attention to the steps so far and a feed-forward, before each a norm that the speaker scales
    and shifts."""

    def __init__(self, dim: int, hidden_dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.up = nn.Linear(dim, hidden_dim)
        self.down = nn.Linear(hidden_dim, dim)
        self.attention_scale = nn.Parameter(torch.full((dim,), SCALE_START))
        self.scale = nn.Parameter(torch.full((dim,), SCALE_START))

    def forward(
        self, x: Tensor, film: Tensor, rotations: Tensor, past: KeyValues | None
    ) -> tuple[Tensor, KeyValues]:
        """(B, T, dim) with nothing before it, or (B, 1, dim) after `past`; `film`
        (B, 1, FILMS * dim). Returns its like, and keys and values with those of x."""
        scale, shift, scale_2, shift_2 = film.chunk(FILMS, dim=-1)
        y, seen = self._attend(self.norm(x) * (1 + scale) + shift, rotations, past)
        x = x + self.attention_scale * y
        y = self.norm(x) * (1 + scale_2) + shift_2
        return x + self.scale * self.down(F.gelu(self.up(y))), seen

    def _attend(
        self, x: Tensor, rotations: Tensor, past: KeyValues | None
    ) -> tuple[Tensor, KeyValues]:
        batch, steps, dim = x.shape
        heads = self.qkv(x).view(batch, steps, 3, self.heads, dim // self.heads)
        both, value = heads.permute(2, 0, 3, 1, 4).split((2, 1))
        (query, key), value = rotated(both, rotations), value[0]
        if past is not None:
            key, value = torch.cat((past[0], key), 2), torch.cat((past[1], value), 2)
        heard = F.scaled_dot_product_attention(query, key, value, is_causal=past is None)
        return self.out(heard.transpose(1, 2).reshape(batch, steps, dim)), (key, value)


class CausalTransformer(nn.Module):
    """All steps at once, or one by one with a memory: the same numbers."""

    def __init__(
        self, layers: int, dim: int, hidden_dim: int, heads: int, condition_dim: int
    ) -> None:
        super().__init__()
        self.head_dim = dim // heads
        self.film = nn.Linear(condition_dim, layers * FILMS * dim)
        self.blocks = nn.ModuleList(CausalBlock(dim, hidden_dim, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """(B, T, dim), (B, 1, condition_dim) -> (B, T, dim); no step sees a later one."""
        memory = self.begin(condition, x.shape[1])
        for block, film in zip(self.blocks, memory.films, strict=True):
            x, _ = block(x, film, memory.rotations, None)
        return self.norm(x)

    def begin(self, condition: Tensor, steps: int) -> Memory:
        """A memory of nothing, for at most `steps` steps."""
        films = self.film(condition).chunk(len(self.blocks), dim=-1)
        places = torch.arange(steps, device=condition.device)
        return Memory(films, rotations_of(places, self.head_dim), [None] * len(self.blocks))

    def step(self, x: Tensor, memory: Memory) -> Tensor:
        """(B, 1, dim) -> (B, 1, dim), after all that `memory` holds, and it is added to it."""
        rotations = memory.rotations[memory.step : memory.step + 1]
        for i, block in enumerate(self.blocks):
            x, memory.past[i] = block(x, memory.films[i], rotations, memory.past[i])
        memory.step += 1
        return self.norm(x)


def rotations_of(places: Tensor, head_dim: int) -> Tensor:
    """RoPE (arXiv 2104.09864): (T,) -> cosines and sines (T, 2, head_dim / 2)."""
    half = torch.arange(head_dim // 2, device=places.device) / (head_dim // 2)
    angles = places[:, None] * ROPE_BASE**-half
    return torch.stack((angles.cos(), angles.sin()), 1)


def rotated(x: Tensor, rotations: Tensor) -> Tensor:
    """(..., T, head_dim), its first half the real parts and its second the imaginary."""
    cosine, sine = rotations.to(x.dtype).unbind(1)
    real, imaginary = x.chunk(2, dim=-1)
    return torch.cat((real * cosine - imaginary * sine, real * sine + imaginary * cosine), -1)
