"""Linear layers for inference: weights cast and packed once, the activation in the same kernel."""

import torch
from torch import Tensor, nn
from torch.backends import mkldnn
from torch.nn import functional as F


class PackedLinear(nn.Module):
    """A linear layer, with GELU (tanh) after it where asked for.

    On a CPU oneDNN keeps the weights in the order that its kernel reads, and applies the activation
    to what is still in registers: as an operation of its own GELU costs ten times the product. These
    are the operations to which torch's inductor lowers `nn.Linear` too.
    """

    weight: Tensor
    bias: Tensor

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor,
        dtype: torch.dtype,
        device: torch.device,
        gelu: bool = False,
    ) -> None:
        """`weight` (out, in), `bias` (out,); `device` is where it will run."""
        super().__init__()
        self.gelu = gelu
        weight, packs = weight.detach().to(dtype), device.type == "cpu" and mkldnn.is_available()
        self.packed = torch.ops.mkldnn._reorder_linear_weight(weight) if packs else None
        self.register_buffer("weight", None if packs else weight, persistent=False)
        self.register_buffer("bias", bias.detach().to(dtype), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) -> (..., out)."""
        if self.packed is None:
            found = F.linear(x, self.weight, self.bias)
            return F.gelu(found, approximate="tanh") if self.gelu else found
        activation = ("gelu", [], "tanh") if self.gelu else ("none", [], "")
        found: Tensor = torch.ops.mkldnn._linear_pointwise(x, self.packed, self.bias, *activation)
        return found


def packed(
    linear: nn.Linear, dtype: torch.dtype, device: torch.device, gelu: bool = False
) -> PackedLinear:
    return PackedLinear(linear.weight, linear.bias, dtype, device, gelu)
