import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from speech import storage
from speech.errors import InputError
from speech.training.ema import MovingAverage
from speech.training.trainer import Trainer
from tests.speech.training.toy_task import CONFIG, JudgedTask, QuietTask, ToyTask, trainer
from tests.trainings import Damage, Killed, assert_same, damage, weights

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    run = trainer(tmp_path_factory.mktemp("whole"))
    assert run.run()
    return run


def test_the_loss_falls(whole: Trainer) -> None:
    held_out = "evaluation/distance"
    distances = [p[held_out] for p in whole.position.history if held_out in p]
    assert distances[-1] < distances[0]


@pytest.mark.parametrize("step", range(1, 11))
def test_a_killed_run_continues_bit_by_bit(
    whole: Trainer, step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, steps = trainer(tmp_path, save_every=3), Trainer._step

    def step_or_die(self: Trainer, *arguments: object) -> None:
        if self.position.step == step:
            raise Killed
        steps(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "_step", step_or_die)
        with pytest.raises(Killed):
            killed.run()
    resumed = trainer(tmp_path, save_every=3)
    assert resumed.position.step == step // 3 * 3
    assert resumed.run()
    assert_same(resumed, whole)


def test_a_run_on_gcs_continues(whole: Trainer, gcs_bucket: str) -> None:
    output = storage.join(gcs_bucket, "run")
    first = trainer(output)
    first._step(first._batches(), _Silent())  # type: ignore[arg-type]
    first._save()
    resumed = trainer(output)
    assert resumed.position.step == 1
    resumed.run()
    assert_weights_equal(resumed, whole)
    assert storage.exists(storage.join(output, "history.jsonl"))


class _Silent:
    def record(self, *arguments: object) -> None:
        return None


def assert_weights_equal(run: Trainer, other: Trainer) -> None:
    ours, theirs = weights(run), weights(other)
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


@pytest.mark.slow
def test_sigkill_at_any_moment(whole: Trainer, tmp_path: Path) -> None:
    """Mid-save among them: each run dies a little later, until one of them ends."""
    runs = [sys.executable, "-m", "tests.speech.training.dying_runs", str(tmp_path)]
    deaths = int(subprocess.run(runs, check=True, stdout=subprocess.PIPE, timeout=300).stdout)
    assert deaths
    finished = trainer(tmp_path)
    assert finished.position.step == CONFIG.steps
    assert_weights_equal(finished, whole)


def test_sigterm_saves_and_stops(whole: Trainer, tmp_path: Path) -> None:
    run = trainer(tmp_path, save_every=100)
    step = run._step

    def step_and_ask(*arguments: object) -> None:
        step(*arguments)  # type: ignore[arg-type]
        if run.position.step == 5:
            os.kill(os.getpid(), signal.SIGTERM)

    run._step = step_and_ask  # type: ignore[method-assign]
    assert not run.run()
    resumed = trainer(tmp_path, save_every=100)
    assert resumed.position.step == 5
    assert resumed.run()
    assert_same(resumed, whole)


@pytest.mark.parametrize("how", ["cut", "flip"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    whole: Trainer, tmp_path: Path, how: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    assert trainer(tmp_path).run()
    newest = tmp_path / "checkpoints/step-00000012.pt"
    damage(newest, how)
    resumed = trainer(tmp_path)
    assert resumed.position.step == 11
    assert "damaged" in caplog.text
    assert resumed.run()
    assert_same(resumed, whole)


def test_only_the_last_checkpoints_are_kept(whole: Trainer) -> None:
    names = sorted(storage.list_files(whole.checkpoints.folder))
    assert names == [f"step-{step:08d}.{suffix}" for step in (11, 12) for suffix in ("json", "pt")]


def test_a_module_s_losses_train_no_other(tmp_path: Path) -> None:
    class Judged(ToyTask):
        """The net is judged by a critic, whose own loss asks for nothing."""

        def losses(self, name, modules, batch, step):  # type: ignore[no-untyped-def]
            judged = modules["critic"](modules["net"](batch["x"])).square().mean()
            return {"total": judged if name == "net" else 0 * modules["critic"](batch["x"]).sum()}

    run = trainer(tmp_path, Judged(), weight_decay=0.0)
    before = run.plain["critic"].weight.clone()
    assert run.run()
    assert torch.equal(run.plain["critic"].weight, before)


def test_a_checkpoint_of_another_form_of_the_optimizer_is_continued(
    whole: Trainer, tmp_path: Path
) -> None:
    """Older ones have `foreach`, which cannot leave a step out on the device."""
    run = trainer(tmp_path)
    run._step(run._batches(), _Silent())  # type: ignore[arg-type]
    for optimizer in run.optimizers.values():
        optimizer.param_groups[0].update(foreach=True, fused=None)
    run._save()
    resumed = trainer(tmp_path)
    assert resumed.position.step == 1
    assert resumed.run()
    assert_weights_equal(resumed, whole)


def test_another_training_in_the_same_place_is_refused(tmp_path: Path) -> None:
    trainer(tmp_path).run()
    with pytest.raises(InputError, match=r"another training.learning_rate, training.steps;"):
        trainer(tmp_path, steps=20, learning_rate=0.1)
    assert trainer(tmp_path, save_every=7).position.step == 12


def test_accumulated_batches_are_one_large_batch(tmp_path: Path) -> None:
    class Large(QuietTask):
        def plan(self, epoch: int) -> list[list[int]]:
            small = super().plan(epoch)
            return [small[0] + small[1], small[2] + small[3]]

    parts = trainer(tmp_path / "parts", QuietTask(), accumulate=2, steps=2)
    large = trainer(tmp_path / "large", Large(), steps=2)
    assert parts.run()
    assert large.run()
    for key, value in weights(large).items():
        torch.testing.assert_close(weights(parts)[key], value)


TASKS = (QuietTask, JudgedTask)


@pytest.fixture(scope="module")
def on_two_devices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of two steps of each task, one after the other in the same processes."""
    folder = tmp_path_factory.mktemp("two")
    runs = [
        f"trainer(sys.argv[1] + '/{task.__name__}', {task.__name__}(), steps=2, save_every=2).run()\n"
        for task in TASKS
    ]
    code = "import sys; from tests.speech.training.toy_task import *\n"
    (folder / "job.py").write_text(code + "".join(runs))
    run_plan = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    subprocess.run(
        [sys.executable, *run_plan, str(folder / "job.py"), str(folder)],
        check=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        timeout=120,
    )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_two_devices_are_two_accumulated_batches(
    task: type[ToyTask], on_two_devices: Path, tmp_path: Path
) -> None:
    both = trainer(on_two_devices / task.__name__, task(), steps=2, save_every=2)
    assert both.position.step == 2
    single = trainer(tmp_path, task(), accumulate=2, steps=2)
    assert single.run()
    for key, value in weights(single).items():
        torch.testing.assert_close(weights(both)[key], value)


def test_learning_rate() -> None:
    rates = [CONFIG.rate_at(step) for step in range(13)]
    assert rates[:3] == pytest.approx([0.025, 0.05, 0.05])
    assert rates[7] == pytest.approx(0.05 * (0.1 + 0.9 * 0.5))
    assert rates[12] == pytest.approx(0.005)


def test_average_against_a_loop() -> None:
    module = torch.nn.Linear(1, 1, bias=False)
    copy, expected = MovingAverage(module, 0.5), None
    for step in range(8):
        with torch.no_grad():
            module.weight.fill_(float(step))
        copy.update(module)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = float(step) if expected is None else decay * expected + (1 - decay) * step
    assert copy.module.weight.item() == pytest.approx(expected)
    assert math.isfinite(copy.module.weight.item())
