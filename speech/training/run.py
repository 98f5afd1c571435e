"""What every training here does: its place is claimed, it is resumed, trained, and exported."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from rich.console import Console
from torch import nn

from speech import storage
from speech.machine import pick_device
from speech.storage.claimed_folder import check_unclaimed, claimed
from speech.storage.outputs import TRAINING, check_folder
from speech.training.config import DatasetTrainingConfig
from speech.training.logger import is_first, main_console
from speech.training.task import Task
from speech.training.trainer import Trainer

C = TypeVar("C", bound=DatasetTrainingConfig)


@dataclass(frozen=True)
class Training:
    """What is trained, what its checkpoints are tied to, what people are told of it beforehand, and
    what is written of the moving averages, on the CPU, by their names, in the end."""

    task: Task
    identity: Mapping[str, object]
    summary: str
    export: Callable[[Mapping[str, nn.Module]], None]


def run(config: C, prepare: Callable[[C, Console], Training]) -> int:
    """Train what `prepare` builds, after the place and the device are known to be there.

    Returns:
        The exit status: 1 where a signal asked it to save and stop.

    Raises:
        InputError: among others, another process trains in the same local folder.
    """
    console = main_console()
    check_folder(config.output, TRAINING)
    pick_device("training.device", config.training.device)
    torch.manual_seed(config.training.seed)
    alone = None if storage.is_gcs(config.output) or not is_first() else _lock(config.output)
    if alone:  # rather than after minutes of preparing
        check_unclaimed(*alone)
    training = prepare(config, console)
    console.print(training.summary)
    with claimed(*alone) if alone else nullcontext():
        return _train(config, training, console)


def _lock(output: str) -> tuple[Path, str]:
    """The file that whoever trains in a local folder holds, and what another is told."""
    told = f"output={output} is another training's; give another one, or wait until it ends"
    return Path(output).expanduser() / "checkpoints" / "training.lock", told


def _train(config: C, training: Training, console: Console) -> int:
    trainer = Trainer(training.task, config.training, config.output, training.identity, console)
    if not trainer.run():
        return 1
    if trainer.accelerator.is_main_process:
        training.export({name: copy.module.cpu() for name, copy in trainer.averages.items()})
    return 0
