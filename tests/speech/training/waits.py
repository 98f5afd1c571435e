"""What makes a host wait for its device: counted on a CPU, where it costs nothing."""

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten
WAITING = {aten._local_scalar_dense, aten.nonzero, aten.masked_select, aten._unique2, aten.equal}


class Waits(TorchDispatchMode):
    """`names` of the operations that need a value of the device: `.item()` and whatever has a shape
    that follows from values."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        masks = func.overloadpacket in (aten.index, aten.index_put, aten.index_put_) and any(
            index is not None and index.dtype == torch.bool for index in args[1]
        )
        if masks or func.overloadpacket in WAITING:
            self.names.append(str(func.overloadpacket))
        return func(*args, **(kwargs or {}))
