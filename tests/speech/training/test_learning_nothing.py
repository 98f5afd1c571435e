"""Losses that are not finite: steps are skipped and counted; who learns nothing ends."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from speech.errors import InputError
from speech.training.task import Batch, Evaluation
from speech.training.weights import write_weights
from tests.speech.training.toy_task import CONFIG, ToyTask, trainer
from tests.trainings import weights

pytestmark = pytest.mark.usefixtures("undrawn")


def test_steps_that_are_not_finite_are_skipped_and_counted(tmp_path: Path) -> None:
    run = trainer(tmp_path, ToyTask(poison=4))
    assert run.run()
    assert (
        run.position.skipped == 5
    )  # two epochs and a bit: one batch of "net" in each, "critic" later
    assert all(torch.isfinite(value).all() for value in weights(run).values())


def strict_history(output: Path) -> list[dict[str, float | None]]:
    """Read as JSON has it, without NaN and Infinity."""

    def refuse(token: str) -> float:
        raise ValueError(token)

    lines = (output / "history.jsonl").read_text().splitlines()
    return [json.loads(line, parse_constant=refuse) for line in lines]


def test_a_history_is_json_whatever_is_not_finite(tmp_path: Path) -> None:
    class Odd(ToyTask):
        def evaluate(self, averages: Mapping[str, torch.nn.Module]) -> Evaluation:
            return Evaluation({"distance": math.nan, "largest": math.inf})

    assert trainer(tmp_path, Odd(poison=4)).run()
    points = strict_history(tmp_path)
    assert [point["net"] for point in points if "net" in point].count(None) == 3
    evaluated = [point for point in points if "evaluation/distance" in point]
    assert evaluated[-1] == {"step": 12, "evaluation/distance": None, "evaluation/largest": None}
    resumed = trainer(tmp_path, Odd(poison=4))
    assert resumed.position.step == CONFIG.steps


def test_means_are_of_what_was_finite(tmp_path: Path) -> None:
    assert trainer(tmp_path, ToyTask(poison=4), log_every=6).run()
    assert all(None not in point.values() for point in strict_history(tmp_path))


class Lost(ToyTask):
    """A loss that is not finite from a step on: with its gradient, or alone."""

    def __init__(self, start: int, value: float, with_gradient: bool) -> None:
        super().__init__()
        self.start, self.value, self.with_gradient = start, value, with_gradient

    def losses(
        self, name: str, modules: Mapping[str, torch.nn.Module], batch: Batch, step: int
    ) -> dict[str, torch.Tensor]:
        losses = super().losses(name, modules, batch, step)
        if name != "net" or step < self.start:
            return losses
        total = losses["total"]
        return {"total": total * self.value if self.with_gradient else total + self.value}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("with_gradient", [True, False])
@pytest.mark.parametrize("start", [0, 6])
def test_a_training_that_learns_nothing_ends(
    tmp_path: Path, start: int, value: float, with_gradient: bool
) -> None:
    run = trainer(tmp_path, Lost(start, value, with_gradient))
    with pytest.raises(
        InputError, match=rf"'net' or its gradient is not finite from step {start + 1} "
    ):
        run.run()
    assert run.position.step == start + 6
    assert all(torch.isfinite(tensor).all() for tensor in weights(run).values())
    strict_history(tmp_path)
    with pytest.raises(InputError, match="nothing is learnt"):
        trainer(tmp_path, Lost(start, value, with_gradient)).run()


def test_a_long_training_that_stops_to_learn_ends_early(tmp_path: Path) -> None:
    run = trainer(tmp_path, Lost(10, math.nan, True), steps=1_000, save_every=1_000)
    with pytest.raises(InputError, match="from step 11 on"):
        run.run()
    assert run.position.step == 110


def test_weights_that_are_not_finite_are_not_shipped(tmp_path: Path) -> None:
    for value in (math.nan, math.inf, 1e6):
        with pytest.raises(InputError, match=r"a\.weight is not finite"):
            write_weights(str(tmp_path), "x.safetensors", {"a.weight": torch.tensor([1.0, value])})
    assert not list(tmp_path.iterdir())
