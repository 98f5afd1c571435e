"""A moving average of weights, which speaks better than the weights of any one step."""

import copy

import torch
from torch import Tensor, nn

WARM_UP = 10


class MovingAverage(nn.Module):
    """`module`, an average of a module's weights whose decay grows to `decay`, so that its first
    steps forget the start. Buffers are those of the last step.

    As torch's `AveragedModel`, whose checkpoints it loads, but no update waits for the device.
    """

    n_averaged: Tensor

    def __init__(self, module: nn.Module, decay: float) -> None:
        super().__init__()
        self.module, self.decay = copy.deepcopy(module), decay
        self.register_buffer("n_averaged", torch.tensor(0))  # on the CPU, where it is read

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Take in the weights of one more step; the first are taken as they are."""
        steps = int(self.n_averaged)
        decay = min(self.decay, (1 + steps) / (WARM_UP + steps)) if steps else 0.0
        torch._foreach_lerp_(list(self.module.parameters()), list(module.parameters()), 1 - decay)
        for own, new in zip(self.module.buffers(), module.buffers(), strict=True):
            own.copy_(new)
        self.n_averaged += 1
