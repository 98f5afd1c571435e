"""A device that computes nothing: what a piece of work asks of a GPU, seen where there is none.

The host's tensors hold values, the device's have shapes alone (torch's FakeTensorMode); what is
copied back is ones. So what runs is the shipped code, up to where it looks at values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from unittest import mock

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode, unset_fake_temporarily
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from eval.bench.counting import Counts, all_places, aten, has_mask, place

Module = TypeVar("Module", bound=nn.Module)
_attention = F.scaled_dot_product_attention


def fused_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """`torch.nn.functional.scaled_dot_product_attention` by the kernel that it takes on a GPU: flash
    attention in half precision without a mask, else the one that takes a mask as a bias.

    (Which one, torch asks the driver, and takes explicit products where there is none.)
    """
    if query.device.type == "cpu":
        return _attention(query, key, value, attn_mask, dropout_p, is_causal, scale=scale)
    if attn_mask is None and query.dtype != torch.float32:
        flash = aten._scaled_dot_product_flash_attention
        return flash(query, key, value, dropout_p, is_causal, scale=scale)[0]
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        kept, hidden = (query.new_full((), fill) for fill in (0.0, -torch.inf))
        attn_mask = torch.where(attn_mask, kept, hidden)
    efficient = aten._scaled_dot_product_efficient_attention
    trains = torch.is_grad_enabled() and query.requires_grad
    return efficient(query, key, value, attn_mask, trains, dropout_p, is_causal, scale=scale)[0]


WITHOUT_HARDWARE: Mapping[str, Any] = {
    "torch.cuda.amp.common.amp_definitely_not_available": lambda: False,
    "torch.cuda.is_bf16_supported": lambda including_emulation=True: True,
    "torch.cuda.synchronize": lambda device=None: None,
    "torch.nn.functional.scaled_dot_product_attention": fused_attention,
    "torch.backends.mha.get_fastpath_enabled": lambda: False,
}
"""what torch would ask the driver, as a GPU of today answers; and no kernel without a shape function"""
META = torch.device("meta")
"""the device that autograd is told: of a `cuda` without a driver it refuses to go backward. Autocast,
which asks in the same way, then casts nothing: only in inference mode are casts counted"""
ANSWERS: Mapping[Any, object] = {aten._local_scalar_dense: 1, aten.equal: False}
"""of the device to the host"""

@contextmanager
def fake_device() -> Iterator["FakeDevice"]:
    """Within it, tensors of `cuda` are of a device that is not there."""
    device = FakeDevice()
    with ExitStack() as stack:
        for name, answer in WITHOUT_HARDWARE.items():
            stack.enter_context(mock.patch(name, answer))
        stack.enter_context(FakeTensorMode(allow_non_fake_inputs=True))
        stack.enter_context(device)
        yield device


def without_values(module: Module, device: str = "cuda") -> Module:
    """The module, its weights replaced by some of the same shapes on a fake device."""
    for part in module.modules():
        for name, weight in part._parameters.items():
            if weight is not None:
                there = torch.empty_like(weight, device=device)
                part._parameters[name] = nn.Parameter(there, weight.requires_grad)
        for name, buffer in part._buffers.items():
            if buffer is not None:
                part._buffers[name] = torch.empty_like(buffer, device=device)
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
        if packet in ANSWERS:
            self._note_wait(args[0])
            return ANSWERS[packet]
        if packet in (aten._to_copy, aten.copy_):
            return self._copy(function, args, kwargs)
        if packet in (aten.nonzero, aten.masked_select) or has_mask(function, args):
            return self._look(packet, args, kwargs)
        result = function(*args, **kwargs)
        self.counts.note(function, args, kwargs, result)
        return result

    def _copy(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        to_new = function is aten._to_copy.default
        source = args[0] if to_new else args[1]
        dtype = kwargs.get("dtype") or source.dtype
        target = torch.device(kwargs.get("device") or source.device) if to_new else args[0].device
        here, there = source.device.type, target.type
        if to_new and (here, source.dtype) == (there, dtype) and not kwargs.get("memory_format"):
            return function(*args, **kwargs)  # torch would see that it is there already
        self.counts.note(function, args, kwargs, None)
        if there != "cpu":
            if here == "cpu":
                self.counts.to_device[place()] += 1
            return function(*args, **kwargs)
        if here == "cpu":
            return function(*args, **kwargs)
        self.counts.to_host[place()] += 1
        self._note_wait(source)
        with unset_fake_temporarily():
            return torch.ones(source.shape, dtype=dtype) if to_new else args[0].fill_(1)

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
