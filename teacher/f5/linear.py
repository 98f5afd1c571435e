"""Linear layers for inference: weights cast and packed once, the activation in the same kernel."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.backends import mkldnn
from torch.nn import functional as F

Gelu = Literal["tanh", "none"]
"""torch's `approximate` of the GELU after a layer"""


class PackedLinear(nn.Module):
    """A linear layer, with GELU after it where asked for.

    On a CPU oneDNN keeps the weights in the order that its kernel reads, and applies the activation
    to what is still in registers: as an operation of its own GELU costs ten times the product. These
    are the operations to which torch's inductor lowers `nn.Linear` too.
    """

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor | None,
        dtype: torch.dtype,
        device: torch.device,
        gelu: Gelu | None = None,
    ) -> None:
        """`weight` (out, in), `bias` (out,); `device` is where it will run."""
        super().__init__()
        self.gelu = gelu
        self.packed = device.type == "cpu" and mkldnn.is_available()
        weight = weight.detach().to(dtype)
        if self.packed:
            weight = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous())
        self.weight = nn.Parameter(weight, requires_grad=False)
        held = None if bias is None else nn.Parameter(bias.detach().to(dtype), requires_grad=False)
        self.register_parameter("bias", held)

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) -> (..., out)."""
        if not self.packed:
            found = F.linear(x, self.weight, self.bias)
            return found if self.gelu is None else F.gelu(found, approximate=self.gelu)
        activation = ("none", [], "") if self.gelu is None else ("gelu", [], self.gelu)
        together: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self.weight, self.bias, *activation
        )
        return together


def packed(
    linear: nn.Linear, dtype: torch.dtype, device: torch.device, gelu: Gelu | None = None
) -> PackedLinear:
    return PackedLinear(linear.weight, linear.bias, dtype, device, gelu)
