"""A moving average of weights, which speaks better than the weights of any one step."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

WARM_UP = 10


def averaged_copy(module: nn.Module, decay: float) -> AveragedModel:
    """An `AveragedModel` whose decay grows to `decay`, so that its first steps forget the start."""

    def average(old: Sequence[Tensor], new: Sequence[Tensor], count: Any) -> None:
        steps = int(count)
        now = min(decay, (1 + steps) / (WARM_UP + steps))
        torch._foreach_lerp_(list(old), list(new), 1 - now)

    return AveragedModel(module, multi_avg_fn=average)
