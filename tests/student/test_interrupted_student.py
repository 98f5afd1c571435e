"""Trainings of very small students, killed or with a damaged checkpoint, continue bit by bit."""

from pathlib import Path

import pytest
import torch

from speech.training.trainer import Trainer
from tests.spoken import reference_clips, write_dataset
from tests.student.small import config, trainer
from tests.trainings import Damage, Killed, assert_same, damage

pytestmark = pytest.mark.usefixtures("undrawn")

RESUMED = ["training.steps=10", "discriminator.start=3", "discriminator.channels=2"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """A run of ten steps that nothing interrupts, over more than one epoch."""
    folder = tmp_path_factory.mktemp("whole")
    dataset = write_dataset(folder / "set", reference_clips())
    run = trainer(config(dataset, folder / "out", *RESUMED))
    assert run.run()
    assert run.position.epoch > 0
    return run


def kill(run: Trainer, monkeypatch: pytest.MonkeyPatch, step: int, while_saving: bool) -> None:
    """Before it takes a step, or with half of a checkpoint written."""
    steps, save = run._step, torch.save

    def step_or_die(*arguments: object) -> None:
        if run.position.step == step and not while_saving:
            raise Killed
        steps(*arguments)  # type: ignore[arg-type]

    def save_or_die(state: dict[str, object], path: Path) -> None:
        save(state, path)
        if run.position.step == step and while_saving:
            path.write_bytes(path.read_bytes()[:1000])
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(run, "_step", step_or_die)
        patched.setattr(torch, "save", save_or_die)
        with pytest.raises(Killed):
            run.run()


@pytest.mark.parametrize(
    ("step", "while_saving"),
    [
        (5, False),
        (4, True),
        *(pytest.param(step, False, marks=pytest.mark.long) for step in (0, 1, 3, 6, 7, 9)),
        *(pytest.param(step, True, marks=pytest.mark.long) for step in (8, 10)),
    ],
)
def test_a_killed_run_continues_bit_by_bit(
    whole: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, while_saving: bool
) -> None:
    dataset = write_dataset(tmp_path / "set", reference_clips())
    chosen = config(dataset, tmp_path / "out", *RESUMED)
    kill(trainer(chosen), monkeypatch, step, while_saving)
    resumed = trainer(chosen)
    assert resumed.position.step == (step - 2 if while_saving else step // 2 * 2)
    assert resumed.run()
    assert_same(resumed, whole)


@pytest.mark.parametrize("how", ["cut", "flip"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    whole: Trainer, tmp_path: Path, how: Damage
) -> None:
    dataset = write_dataset(tmp_path / "set", reference_clips())
    chosen = config(dataset, tmp_path / "out", *RESUMED)
    assert trainer(chosen).run()
    newest = tmp_path / "out/checkpoints/step-00000010.pt"
    damage(newest, how)
    resumed = trainer(chosen)
    assert resumed.position.step == 8
    assert resumed.run()
    assert_same(resumed, whole)
