"""Rows of different lengths laid end to end, so that no operation but attention knows of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rows:
    """R rows of `lengths` frames as one axis of T frames.

    `positions` (T,) counts each row's frames from 0. `edges` (R + 1,) int32 are where rows start and
    end, as flash attention takes them, and `spans` the same for the host. For convolutions the rows
    are laid `gap` frames apart: frame t at `slots[t]` of `apart` frames, where `inside` (apart, 1)
    is 1, and 0 between.
    """

    lengths: tuple[int, ...]
    positions: Tensor
    edges: Tensor
    slots: Tensor
    inside: Tensor
    longest: int

    @property
    def spans(self) -> list[tuple[int, int]]:
        return list(pairwise(accumulate(self.lengths, initial=0)))


def lay_out(lengths: Sequence[int], gap: int, device: torch.device) -> Rows:
    """One small copy to the device; the rest is computed there, without waiting for it."""
    total, count = sum(lengths), len(lengths)
    edges = torch.tensor([0, *accumulate(lengths)]).to(device, non_blocking=True)
    rows = torch.arange(count, device=device).repeat_interleave(edges.diff(), output_size=total)
    frames = torch.arange(total, device=device)
    slots = frames + gap * rows
    inside = torch.zeros(total + gap * (count - 1), 1, device=device)
    inside[slots] = 1.0
    return Rows(
        tuple(lengths),
        frames - edges[rows],
        edges.to(torch.int32),
        slots,
        inside,
        max(lengths),
    )
