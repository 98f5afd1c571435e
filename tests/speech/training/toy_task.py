"""A small thing to train, with everything a task may have: noise, two modules, one of them averaged."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from rich.console import Console
from torch import Tensor, nn

from speech.config import load_config
from speech.training.task import Batch, Evaluation
from speech.training.trainer import Trainer
from student.config import TrainStudentConfig

CHANGES = {
    "steps": 12,
    "learning_rate": 0.05,
    "warmup_steps": 2,
    "final_rate": 0.1,
    "seed": 3,
    "ema_decay": 0.9,
    "precision": "float32",
    "device": "cpu",
    "log_every": 1,
    "evaluate_every": 5,
    "save_every": 1,
    "keep_checkpoints": 2,
}
CONFIG = load_config(
    TrainStudentConfig,
    "train_student",
    [f"training.{key}={value}" for key, value in CHANGES.items()],
).training


class ToyTask:
    """y = 2x, heard through noise from torch's generator; batch `poison` holds a NaN."""

    averaged: Sequence[str] = ("net",)

    def __init__(self, poison: int | None = None) -> None:
        torch.manual_seed(0)
        self.modules: Mapping[str, nn.Module] = {
            "net": nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1)),
            "critic": nn.Linear(1, 1),
        }
        self.poison = poison

    def plan(self, epoch: int) -> list[list[int]]:
        keys = list(range(10))
        random.Random(epoch).shuffle(keys)
        return [keys[i : i + 2] for i in range(0, 10, 2)]

    def load(self, key: int) -> float:
        return float("nan") if key == self.poison else key / 10

    def collate(self, items: Sequence[float]) -> Batch:
        return {"x": torch.tensor(items)[:, None]}

    def frames(self, batch: Batch) -> int:
        return len(batch["x"])

    def losses(
        self, name: str, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        if name == "critic" and step < 3:
            return {}
        x = batch["x"]
        wrong = modules[name](x + 0.01 * torch.randn_like(x)) - 2 * x
        return {"total": wrong.square().mean(), "distance": wrong.abs().mean()}

    def evaluate(self, averages: Mapping[str, nn.Module]) -> Evaluation:
        x = torch.linspace(0, 1, 5)[:, None]
        return Evaluation({"distance": (averages["net"](x) - 2 * x).abs().mean().item()})


def trainer(output: str | Path, task: ToyTask | None = None, **changes: object) -> Trainer:
    config = CONFIG.model_copy(update=changes)
    return Trainer(task or ToyTask(), config, str(output), {"data": "x"}, Console(quiet=True))


class QuietTask(ToyTask):
    """Without noise, so that only the batches matter."""

    def losses(
        self, name: str, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        return {"total": (modules[name](batch["x"]) - 2 * batch["x"]).square().mean()}


class JudgedTask(QuietTask):
    """The critic judges the net, as discriminators do; each has a loss of its own."""

    def losses(
        self, name: str, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        net, critic = modules["net"], modules["critic"]
        frozen = modules["net" if name == "critic" else "critic"]
        assert not any(parameter.requires_grad for parameter in frozen.parameters())
        judged = critic(net(batch["x"]))
        return {"total": (judged if name == "net" else judged - 1).square().mean()}
