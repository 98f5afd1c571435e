"""No step asks a device for a value; those of many steps are fetched at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from speech.config import load_config
from speech.training.loader import Loaded
from speech.training.task import Batch
from speech.training.trainer import Trainer
from student.config import TrainStudentConfig
from tests.speech.training.toy_task import ToyTask, trainer
from tests.speech.training.waits import Waits
from tests.spoken import reference_clips, write_dataset
from tests.student import small

OWN = ["aten._local_scalar_dense"]
"""of the moving average, whose count is on the CPU"""


class NoLogger:
    def record(self, *arguments: object) -> None:
        return None


def waits_of(run: Trainer, steps: int = 3) -> list[str]:
    """In the last of some steps; what loads its batch is on the CPU anyway."""
    batches = run._batches()
    for _ in range(steps - 1):
        run._step(batches, NoLogger())  # type: ignore[arg-type]
    ready: Iterator[Loaded] = iter([next(batches)])
    with Waits() as waits:
        run._step(ready, NoLogger())  # type: ignore[arg-type]
    return waits.names


def test_a_step_asks_for_nothing(tmp_path: Path) -> None:
    assert waits_of(trainer(tmp_path, log_every=100), 5) == OWN


@pytest.mark.parametrize("kind", ["nar", "ar"])
def test_a_student_s_step_asks_for_nothing(kind: str, tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "set", reference_clips())
    more = ["training.log_every=100", "discriminator.start=1", "discriminator.channels=2"]
    layers = ["student.decoder_layers=1", f"student={kind}"]
    named = [f"dataset={dataset}", f"output={tmp_path / 'out'}", *small.SMALL, *layers, *more]
    run = small.trainer(load_config(TrainStudentConfig, "train_student", named))
    assert waits_of(run) == OWN


def test_what_waits_is_seen(tmp_path: Path) -> None:
    class Asking(ToyTask):
        def losses(
            self, name: str, modules: Mapping[str, torch.nn.Module], batch: Batch, step: int
        ) -> dict[str, Any]:
            losses = super().losses(name, modules, batch, step)
            chosen = batch["x"][batch["x"] > 0]
            return losses and {**losses, "asked": losses["total"] * float(chosen.sum())}

    asked = waits_of(trainer(tmp_path, Asking(), log_every=100), 5)
    assert {"aten.index", "aten._local_scalar_dense"} == set(asked)
    assert len(asked) > len(OWN) + 1
