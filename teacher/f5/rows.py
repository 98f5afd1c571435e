"""Rows of different lengths laid end to end, so that no operation but attention knows of them; or
padded to one length, where what compiles wants the same shapes again."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rows:
    """R rows of `lengths` frames as one axis of T frames.

    `positions` (T,) counts each row's frames from 0. `edges` are where rows start and end, as flash
    attention takes them: (R + 1,) int32 of the rows once, and (2 R + 1,) of two copies of them;
    `spans` are the same for the host. For convolutions the rows are laid some frames apart: frame t
    at `slots[t]` of P frames, where `inside` (P, 1) is 1, and 0 between.
    """

    lengths: tuple[int, ...]
    longest: int
    positions: Tensor
    edges: tuple[Tensor, Tensor]
    slots: Tensor
    inside: Tensor

    @property
    def spans(self) -> list[tuple[int, int]]:
        return list(pairwise(accumulate(self.lengths, initial=0)))

    def apart(self, x: Tensor) -> Tensor:
        """(G, T, D) -> (G, 1, P, D), zeros between the rows."""
        apart = x.new_zeros(len(x), 1, len(self.inside), x.shape[-1])
        apart[:, 0, self.slots] = x
        return apart

    def together(self, x: Tensor) -> Tensor:
        """(G, 1, P, D) -> (G, T, D)."""
        return x[:, 0, self.slots]


@dataclass(frozen=True)
class PaddedRows:
    """B rows of N frames each, T = B * N, which are a row's own where `valid` (B, N).

    What stands in padding is of no meaning, but finite.
    """

    valid: Tensor

    @property
    def inside(self) -> Tensor:
        """(B, N, 1), 1 where a frame is a row's own and 0 elsewhere."""
        return self.valid.unsqueeze(-1).float()

    def apart(self, x: Tensor) -> Tensor:
        """(G, T, D) -> (G, B, N, D), zeros after each row."""
        return x.unflatten(1, self.valid.shape) * self.inside.to(x.dtype)

    def together(self, x: Tensor) -> Tensor:
        """(G, B, N, D) -> (G, T, D)."""
        return x.flatten(1, 2)


def lay_out(lengths: Sequence[int], gap: int, device: torch.device) -> Rows:
    """One small copy to the device; the rest is computed there, without waiting for it."""
    total, count = sum(lengths), len(lengths)
    edges = torch.tensor([0, *accumulate(lengths)]).to(device, non_blocking=True)
    rows = torch.arange(count, device=device).repeat_interleave(edges.diff(), output_size=total)
    frames = torch.arange(total, device=device)
    slots = frames + gap * rows
    inside = torch.zeros(total + gap * (count - 1), 1, device=device)
    inside[slots] = 1.0
    twice = torch.cat((edges, edges[1:] + total))
    both = (edges.to(torch.int32), twice.to(torch.int32))
    return Rows(tuple(lengths), max(lengths), frames - edges[rows], both, slots, inside)
