"""Few values that a device without memory knows: lengths, masks of them, times of a solver.

They follow from what the host has sent, by the operations that were done on them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor, unset_fake_temporarily
from torch.utils._pytree import tree_leaves, tree_map

MOST = 65_536
"""values of a tensor"""
aten = torch.ops.aten
UNKNOWN = {
    *(aten.empty, aten.empty_like, aten.empty_strided, aten.new_empty, aten.new_empty_strided),
    *(aten.rand, aten.rand_like, aten.randn, aten.randn_like, aten.normal_, aten.uniform_),
    aten.native_dropout,
}


def known(tensor: object) -> Any:
    """The values of a tensor of the host or of the device; None where they are not known."""
    return getattr(tensor, "known", None) if isinstance(tensor, FakeTensor) else tensor


def remember(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    """The values of an operation's result, where they follow from known ones."""
    if not isinstance(result, FakeTensor):
        return
    packet = getattr(function, "_overloadpacket", function)
    given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    few = all(tensor.numel() <= MOST for tensor in (result, *given))
    values = None
    if few and packet not in UNKNOWN and not any(known(tensor) is None for tensor in given):
        with unset_fake_temporarily():
            values = function(*tree_map(_on_host, args), **tree_map(_on_host, kwargs))
    result.known = values  # type: ignore[attr-defined]


def _on_host(leaf: object) -> object:
    return torch.device("cpu") if isinstance(leaf, torch.device) else known(leaf)
