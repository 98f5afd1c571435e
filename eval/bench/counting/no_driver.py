"""What torch asks a GPU's driver, answered where there is none."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

aten = torch.ops.aten
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


def swap_tensors(one: Tensor, other: Tensor) -> None:
    """`torch.utils.swap_tensors`, by which modules move fake weights: it refuses those that are
    remembered anywhere, as all fake ones are."""
    one.__dict__, other.__dict__ = other.__dict__, one.__dict__
    torch._C._swap_tensor_impl(one, other)


WITHOUT_DRIVER: Mapping[str, Any] = {
    "torch.cuda.amp.common.amp_definitely_not_available": lambda: False,
    "torch.cuda.is_bf16_supported": lambda including_emulation=True: True,
    "torch.cuda.synchronize": lambda device=None: None,
    "torch.cuda.get_device_capability": lambda device=None: (9, 0),
    "torch.utils.swap_tensors": swap_tensors,
    "torch.nn.functional.scaled_dot_product_attention": fused_attention,
    "torch.backends.mha.get_fastpath_enabled": lambda: False,
}
"""what torch would ask the driver, as a GPU of today answers; and no kernel without a shape function"""
