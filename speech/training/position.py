"""Where a training stands, and what its last steps came to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import Tensor

from speech.training.curve import Point


@dataclass
class Position:
    """Where a run stands: steps done, and batches taken from the current epoch."""

    step: int = 0
    epoch: int = 0
    index: int = 0
    skipped: int = 0
    """steps left out because a loss or its gradient was not finite"""
    idle: dict[str, int] = field(default_factory=dict)
    """of them, how many in a row until now, for each module"""
    history: list[Point] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """What a step came to, while nobody has waited for its device: `numbers` are what is shown, by
    the names `shown`, and after them whether each module of `trained` took the step."""

    step: int
    rate: float
    frames: int
    shown: Sequence[str]
    trained: Sequence[str]
    numbers: Tensor
