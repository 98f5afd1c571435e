"""What a trainer needs to know of the thing it trains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor, nn

from speech.audio.waveform import Wave

Batch = dict[str, Tensor]
Key = Any
"""names one item of an epoch: the row of a clip, and a place in it where the task cuts one"""


@dataclass(frozen=True)
class Evaluation:
    """What a task shows of itself: numbers, clips at 24 kHz, and (mels, frames) spectrograms."""

    scalars: Mapping[str, float]
    audio: Mapping[str, Wave] = field(default_factory=dict)
    spectrograms: Mapping[str, Tensor] = field(default_factory=dict)


class Task(Protocol):
    """Something to train. Everything random in it is a function of its seed and the epoch; what
    `losses` draws comes from torch's own generator, which the trainer seeds at each step."""

    modules: Mapping[str, nn.Module]
    """trained in this order at every step, each by an optimizer of its own"""
    averaged: Sequence[str]
    """the modules of which a moving average is kept"""

    def plan(self, epoch: int) -> Sequence[Sequence[Key]]:
        """The batches of an epoch, in order."""
        ...

    def load(self, key: Key) -> Any: ...

    def collate(self, items: Sequence[Any]) -> Batch: ...

    def frames(self, batch: Batch) -> int:
        """Mel frames in a batch, for the speed that people see."""
        ...

    def losses(
        self, name: str, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        """The losses of one module; `total` is minimised, the others are shown. {} to leave the
        module alone at this step."""
        ...

    def evaluate(self, averages: Mapping[str, nn.Module]) -> Evaluation: ...
