"""What a GPU is asked in one step of a student's training, losses, gradients and update."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch
from rich.console import Console
from torch import nn

from eval.bench.counting.counts import Counts
from eval.bench.counting.fake_device import FakeDevice, fake_device
from speech.config import load_config
from speech.training.checkpoints import Checkpoints
from speech.training.task import Evaluation
from speech.training.trainer import Trainer
from speech.vocoder.network import PulseVocoder
from student.config import TrainStudentConfig
from student.data.clips import Example
from student.data.features import Features
from student.kinds import build_student
from student.task import StudentTask
from tests.student.untrained import SHAPES, SHARED

FRAMES = (40, 50, 60)
SHALLOW = {"encoder_layers": 1, "decoder_layers": 1}


class Data:
    """Three clips, always in one batch."""

    held_out: Sequence[int] = ()
    lengths: Mapping[int, int] = dict(enumerate(FRAMES))

    def plan(self, epoch: int) -> list[list[int]]:
        return [list(self.lengths)]

    def load(self, key: int) -> Example:
        frames, phonemes = FRAMES[key], FRAMES[key] // 10
        zeros = torch.zeros(frames)
        features = Features(torch.zeros(frames, 100).half(), zeros, zeros, zeros)
        return Example(features, torch.ones(phonemes).long(), torch.full((phonemes,), 10), 0)


class Task(StudentTask):
    def evaluate(self, averages: object) -> Evaluation:
        return Evaluation({})


class Accelerator:
    """One process on the device that is not there: accelerate would ask the driver."""

    device = torch.device("cuda")
    is_main_process, num_processes, process_index = True, 1, 0

    def __init__(self, **_: object) -> None:
        pass

    def prepare_model(self, module: nn.Module) -> nn.Module:
        return module

    def no_sync(self, module: nn.Module) -> nullcontext[None]:
        return nullcontext()

    def backward(self, loss: torch.Tensor) -> None:
        loss.backward()

    def wait_for_everyone(self) -> None:
        pass


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDevice]:
    monkeypatch.setattr("speech.training.trainer.Accelerator", Accelerator)
    monkeypatch.setattr(Checkpoints, "save", lambda *_: None)
    with fake_device() as entered:
        yield entered


def training(device: FakeDevice, folder: Path, kind: str, steps: int) -> Counts:
    shape = SHARED | SHAPES[kind] | SHALLOW
    changes = [f"training.steps={steps}", f"student={kind}", "dataset=-", f"output={folder}"]
    changes += [f"student.{key}={value}" for key, value in shape.items()]
    config = load_config(TrainStudentConfig, "train_student", changes)
    student = build_student(config.student, torch.ones(1, 256))
    task = Task(config, Data(), student, PulseVocoder(32, 64, 1))  # type: ignore[arg-type]
    trainer = Trainer(task, config.training, str(folder / str(steps)), {}, Console(quiet=True))
    return device.count(trainer.run)


def one_step(device: FakeDevice, folder: Path, kind: str) -> Counts:
    return training(device, folder, kind, 2) - training(device, folder, kind, 1)


def check(step: Counts) -> None:
    """Waits: for each loss, the gradient's norm and whether all is finite, for how many frames there
    are and for the mask of phonemes, forward and backward. Copies: the batch, the average's count."""
    assert step.waits.total() <= 13, step.waits
    assert step.to_host.total() == 0, step.to_host
    assert step.to_device.total() <= 8, step.to_device


@pytest.mark.parametrize("kind", SHAPES)
def test_a_step_of_a_student(device: FakeDevice, tmp_path: Path, kind: str) -> None:
    step = one_step(device, tmp_path, kind)
    check(step)
    assert step.kernels["_foreach_lerp_"] > 0


def test_a_copy_to_the_host_in_the_losses_is_seen(device: FakeDevice, tmp_path: Path) -> None:
    def planted(self: Task, *arguments: Any) -> dict[str, torch.Tensor]:
        losses = StudentTask.losses(self, *arguments)
        losses["total"].detach().cpu()
        return losses

    with mock.patch.object(Task, "losses", planted):
        step = one_step(device, tmp_path, "nar")
    with pytest.raises(AssertionError, match=r"test_device_training\.py"):
        check(step)
