"""A device that computes nothing: what a piece of work asks of a GPU, seen where there is none.

The host's tensors hold values, the device's have shapes alone (torch's FakeTensorMode) and values
where they are few and follow from the host's; else what is read back is ones. So what runs is the
shipped code.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from unittest import mock

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode, unset_fake_temporarily
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from eval.bench.counting.counts import Counts, all_places, aten, has_mask, place
from eval.bench.counting.known_values import known, remember
from eval.bench.counting.no_driver import WITHOUT_DRIVER

Module = TypeVar("Module", bound=nn.Module)
META = torch.device("meta")
"""the device that autograd is told: of a `cuda` without a driver it refuses to go backward. Autocast,
which asks in the same way, then casts nothing: only in inference mode are casts counted"""


@contextmanager
def fake_device() -> Iterator["FakeDevice"]:
    """Within it, tensors of `cuda` are of a device that is not there."""
    device = FakeDevice()
    with ExitStack() as stack:
        for name, answer in WITHOUT_DRIVER.items():
            stack.enter_context(mock.patch(name, answer))
        stack.enter_context(FakeTensorMode(allow_non_fake_inputs=True))
        stack.enter_context(device)
        yield device


def without_values(
    module: Module, device: str = "cuda", dtype: torch.dtype | None = None
) -> Module:
    """The module, its weights replaced by some of the same shapes on a fake device; it may have been
    built on `meta`. `dtype` is of the weights that are floating-point numbers; None for their own."""

    def there(weight: Tensor) -> Tensor:
        other = dtype if weight.is_floating_point() else None
        return torch.empty(weight.shape, device=device, dtype=other or weight.dtype)

    for part in module.modules():
        for name, weight in part._parameters.items():
            if weight is not None:
                part._parameters[name] = nn.Parameter(there(weight), weight.requires_grad)
        for name, buffer in part._buffers.items():
            if buffer is not None:
                part._buffers[name] = there(buffer)
    return module


class FakeDevice(TorchDispatchMode):
    """Counts what is done on the fake tensors; `fake_device` makes one."""

    supports_higher_order_operators = True

    def __init__(self) -> None:
        super().__init__()
        self.counts = Counts()

    def count(self, work: Callable[[], object]) -> Counts:
        """What `work` asks of the device."""
        self.counts = counts = Counts()
        work()
        self.counts = Counts()
        return counts

    def __torch_dispatch__(
        self,
        function: Any,
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if function is torch.ops.prim.device.default:
            return function(*args, **kwargs) if torch.is_inference_mode_enabled() else META
        if kwargs.get("device") == META:
            kwargs = {**kwargs, "device": torch.device("cuda")}
        if not any(map(_is_of_device, tree_leaves((args, kwargs)))):
            with unset_fake_temporarily():
                return function(*args, **kwargs)
        with self:
            parts = _taken_apart(function, args, kwargs)
        if parts is not NotImplemented:
            return parts
        return self._run(function, args, kwargs)

    def _run(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        packet = getattr(function, "_overloadpacket", function)
        if packet in (aten._local_scalar_dense, aten.equal):
            self._note_wait(args[0])
            return _read(packet, args)
        if packet in (aten._to_copy, aten.copy_):
            return self._copy(function, args, kwargs)
        if packet in (aten.nonzero, aten.masked_select) or has_mask(function, args):
            return self._look(packet, args, kwargs)
        result = function(*args, **kwargs)
        self.counts.note(function, args, kwargs, result)
        remember(function, args, kwargs, result)
        return result

    def _copy(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        to_new = function is aten._to_copy.default
        source = args[0] if to_new else args[1]
        dtype = kwargs.get("dtype") or source.dtype
        target = torch.device(kwargs.get("device") or source.device) if to_new else args[0].device
        here, there = source.device.type, target.type
        if here != "cpu" and there == "cpu":
            self.counts.note(function, args, kwargs, None)
            self.counts.to_host[place()] += 1
            self._note_wait(source)
            with unset_fake_temporarily():
                values = torch.ones(source.shape) if known(source) is None else known(source)
                return values.to(dtype, copy=True) if to_new else args[0].copy_(values)
        result = function(*args, **kwargs)
        remember(function, args, kwargs, result)
        if (here, source.dtype) != (there, dtype) or kwargs.get("memory_format") or not to_new:
            self.counts.note(function, args, kwargs, result)  # else it is there already
        if here == "cpu" and there != "cpu":
            self.counts.to_device[place()] += 1
        return result

    def _look(self, packet: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """What takes as much room as there are true places: as if all were."""
        self._note_wait(args[0])
        if packet is aten.nonzero:
            result = args[0].new_empty((args[0].numel(), args[0].ndim), dtype=torch.long)
        elif packet is aten.masked_select:
            result = args[0].new_empty(torch.broadcast_shapes(args[0].shape, args[1].shape).numel())
        else:
            args = (args[0], all_places(args[1]), *args[2:])
            result = packet(*args, **kwargs)
        self.counts.note(packet, args, kwargs, result)
        return result

    def _note_wait(self, tensor: Tensor) -> None:
        if tensor.device.type != "cpu":
            self.counts.waits[place()] += 1


def _read(packet: Any, args: Sequence[Any]) -> Any:
    """What the host is told: a value that is known, or 1, and that no two are equal."""
    values = [known(tensor) for tensor in args]
    if any(value is None for value in values):
        return packet is not aten.equal and 1
    with unset_fake_temporarily():
        return values[0].item() if len(values) == 1 else torch.equal(*values)


def _taken_apart(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """By what it is made of, where it is; outside inference mode torch does this itself."""
    if function is aten.istft.default:  # its form in Python leaves out what waits for the device
        return function._op_dk(torch._C.DispatchKey.CompositeImplicitAutograd, *args, **kwargs)
    if isinstance(function, torch._ops.OpOverload):
        return function.decompose(*args, **kwargs)
    return NotImplemented


def _is_of_device(leaf: object) -> bool:
    if isinstance(leaf, torch.device):
        return leaf.type != "cpu"
    return isinstance(leaf, FakeTensor)
