"""Kernels, floating-point operations, copies and waits: what a piece of work asks of a device."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import unset_fake_temporarily
from torch.nn.attention import varlen  # noqa: F401  (its operation)
from torch.utils.flop_counter import flop_registry, register_flop_formula

from eval.bench.counting.known_values import known

aten = torch.ops.aten
ROOT = Path(__file__).parents[3]
NO_KERNEL = {
    *(aten.empty, aten.empty_like, aten.empty_strided, aten.new_empty, aten.new_empty_strided),
    *(aten._unsafe_view, aten._reshape_alias, aten.detach_, aten.lift_fresh, aten.resize_),
}
"""what launches nothing, beside views"""


@register_flop_formula(torch.ops.torch_attn._varlen_attn, get_raw=True)
def _varlen_flops(
    query: Tensor, key: Tensor, value: Tensor, edges: Tensor, *_: Any, **__: Any
) -> int:
    """Of each row to itself; torch has no formula for it."""
    rows = known(edges)
    squares = query.shape[0] ** 2 if rows is None else int(rows.long().diff().square().sum())
    return 2 * squares * query.shape[1] * (query.shape[2] + value.shape[2])


@dataclass
class Counts:
    """Of operations on tensors of one device: `kernels` by name; floating-point operations of matrix
    products, convolutions and attention (a multiplication and an addition are two); and by the line
    of code, copies between host and device and `waits` of the host for the device.

    A kernel is an aten operation that is no view; what is fused in torch is one. A copy to the host
    is a wait too; one to the device from memory that is not pinned is taken for none.
    """

    kernels: Counter[str] = field(default_factory=Counter)
    flops: Counter[str] = field(default_factory=Counter)
    to_device: Counter[str] = field(default_factory=Counter)
    to_host: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)

    def __sub__(self, other: "Counts") -> "Counts":
        """What is here beyond `other`."""
        names = [each.name for each in fields(self)]
        return Counts(*(getattr(self, name) - getattr(other, name) for name in names))

    def note(self, function: Any, args: Sequence[Any], kwargs: Any, result: Any) -> None:
        """An operation that was done, and what came of it."""
        packet = getattr(function, "_overloadpacket", function)
        if not getattr(function, "is_view", False) and packet not in NO_KERNEL:
            self.kernels[str(packet).removeprefix("aten.")] += 1
        if packet in flop_registry:
            with unset_fake_temporarily():  # where it looks at values, they are the host's
                work = flop_registry[packet](*args, **kwargs, out_val=result)
            self.flops[str(packet).removeprefix("aten.")] += work


def place() -> str:
    """The line of this project's code, innermost, that led here: `teacher/f5/sampler.py:70`."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        path = Path(frame.f_code.co_filename)
        ours = path.is_relative_to(ROOT) and "site-packages" not in path.parts
        if ours and path.parent != Path(__file__).parent:
            return f"{path.relative_to(ROOT)}:{frame.f_lineno}"
        frame = frame.f_back
    return "elsewhere"


def has_mask(function: Any, args: Sequence[Any]) -> bool:
    """Whether an indexing looks for the true places of a mask, which the host has to wait for."""
    packet = getattr(function, "_overloadpacket", None)
    if packet is aten.index:
        return any(map(_is_mask, args[1]))
    if packet in (aten.index_put, aten.index_put_, aten._index_put_impl_):
        accumulates = len(args) > 3 and args[3]
        fills = args[2].numel() == 1 and not accumulates  # which is a masked_fill
        return any(map(_is_mask, args[1])) and not fills
    return False


def all_places(indices: Sequence[Tensor | None]) -> list[Tensor | None]:
    """Masks as if all of their places were true, as the indices of so many places."""
    found: list[Tensor | None] = []
    for index in indices:
        if index is not None and _is_mask(index):
            found += [index.new_empty(index.numel(), dtype=torch.long) for _ in index.shape]
        else:
            found.append(index)
    return found


def _is_mask(index: Tensor | None) -> bool:
    return index is not None and index.dtype in (torch.bool, torch.uint8)
