"""What every training here does: its place is claimed, it is resumed, trained, and exported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import torch
from rich.console import Console
from torch import nn

from speech.machine import pick_device
from speech.storage.outputs import TRAINING, check_folder
from speech.training.config import DatasetTrainingConfig
from speech.training.logger import main_console
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
    """
    console = main_console()
    check_folder(config.output, TRAINING)
    pick_device("training.device", config.training.device)
    torch.manual_seed(config.training.seed)
    training = prepare(config, console)
    console.print(training.summary)
    trainer = Trainer(training.task, config.training, config.output, training.identity, console)
    if not trainer.run():
        return 1
    if trainer.accelerator.is_main_process:
        training.export({name: copy.module.cpu() for name, copy in trainer.averages.items()})
    return 0
