"""Fewer hidden units between two linear layers: those go whose outputs vary least."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

RIDGE = 1e-6
"""of the mean square of hidden units, against units that say the same"""


class Kept(NamedTuple):
    """Units that stay, and the layer after them, fitted to what all of them said."""

    units: Tensor
    """(count,), ascending"""
    weight: Tensor
    """(outputs, count)"""
    bias: Tensor


@torch.no_grad()
def fewer_units(hidden: Tensor, after: nn.Linear, count: int) -> Kept:
    """Leave out the hidden units whose outputs vary the least, and fit the layer after them anew by
    least squares.

    Args:
        hidden: (samples, units), what the units say of some speech.
        after: the layer that they go to.
        count: of the units that stay.
    """
    varies = hidden.var(0) * after.weight.square().sum(0)
    units = varies.topk(count).indices.sort().values
    rest = torch.cat((hidden[:, units], hidden.new_ones(len(hidden), 1)), 1).double()
    products = rest.T @ rest
    ridge = RIDGE * products.diag().mean() * torch.eye(len(products), dtype=products.dtype)
    said = after(hidden).double()
    fitted = torch.linalg.solve(products + ridge, rest.T @ said).float()
    return Kept(units, fitted[:-1].T, fitted[-1])
