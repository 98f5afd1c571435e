"""What takes part in the benchmark: something that makes speech of lines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from speech.dataset.schema import Utterance


@dataclass(frozen=True)
class Candidate:
    device: torch.device
    parameters: int
    weights_bytes: int
    """what it holds of the device's memory while others have their turn"""
    speak: Callable[[Sequence[Utterance]], float]
    """makes waves of lines, and returns how many seconds of sound"""
    begin: Callable[[Utterance], object]
    """makes the first sound of a line"""
    batch: int | None = None
    """lines at a time; None: as many as fit the device"""


@dataclass(frozen=True)
class Entry:
    """`enter` raises where this machine cannot do it, or where a student has no such form."""

    name: str
    enter: Callable[[], Candidate]


def parameters_of(*parts: nn.Module) -> int:
    return sum(tensor.numel() for part in parts for tensor in part.parameters())


def bytes_on(device: torch.device, parts: Iterable[nn.Module]) -> int:
    """Of the weights that are there."""
    return sum(
        tensor.nbytes
        for part in parts
        for tensor in (*part.parameters(), *part.buffers())
        if tensor.device.type == device.type
    )
