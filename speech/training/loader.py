"""The batches of a training on one of its devices, epoch after epoch, from any place on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from speech.errors import InputError
from speech.training.task import Batch, Key, Task


@dataclass(frozen=True)
class Place:
    """How far an epoch has come: batches that every device has taken of it."""

    epoch: int
    index: int


@dataclass(frozen=True)
class Loaded:
    """A batch on its device, its mel frames, and the place after it."""

    batch: Batch
    frames: int
    place: Place


def load_batches(
    task: Task,
    start: Place,
    device: torch.device,
    workers: int,
    process: int = 0,
    processes: int = 1,
) -> Iterator[Loaded]:
    """Without end; each of `processes` devices takes its share of every epoch.

    With `workers`, processes load ahead and live as long as the training, so that what they keep in
    memory serves every epoch. What is loaded is the same with any number of them. A GPU is sent its
    batches from pinned memory, and nothing waits for that.
    """
    on_gpu = device.type == "cuda"
    loader = DataLoader(
        _Items(task),
        batch_sampler=(keys for _, keys in _schedule(task, start, process, processes)),  # type: ignore[arg-type]
        collate_fn=_Collated(task),
        num_workers=workers,
        pin_memory=on_gpu,
    )
    places = (place for place, _ in _schedule(task, start, process, processes))
    for place, found in zip(places, loader, strict=False):
        if isinstance(found, InputError):
            raise found
        batch, frames = found
        moved = {key: value.to(device, non_blocking=on_gpu) for key, value in batch.items()}
        yield Loaded(moved, frames, place)


def _schedule(
    task: Task, start: Place, process: int, processes: int
) -> Iterator[tuple[Place, list[Key]]]:
    """The keys of each batch of one device, and the place after it."""
    epoch, index = start.epoch, start.index
    while True:
        plan = task.plan(epoch)
        if len(plan) < processes:
            raise InputError(f"{len(plan)} batches an epoch are too few for {processes} devices")
        for i in range(index, len(plan) // processes):
            yield Place(epoch, i + 1), list(plan[i * processes + process])
        epoch, index = epoch + 1, 0


class _Items(Dataset[Any]):
    def __init__(self, task: Task) -> None:
        self.task = task

    def __getitem__(self, key: Key) -> Any:
        """An InputError is handed on: raised in a process that loads, it would be told with that
        one's traceback."""
        try:
            return self.task.load(key)
        except InputError as error:
            return error


class _Collated:
    """A batch, and its frames while they can be counted without waiting for a device; or what was
    wrong with one of its items."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def __call__(self, items: list[Any]) -> tuple[Batch, int] | InputError:
        if wrong := [item for item in items if isinstance(item, InputError)]:
            return wrong[0]
        batch = self.task.collate(items)
        return batch, self.task.frames(batch)
