"""Steps are read from the device many at once: the time left follows from the clock all the same."""

from pathlib import Path

import pytest
from rich.console import Console

from speech.config import load_config
from speech.training.config import TrainingConfig
from speech.training.logger import TrainingLogger
from teacher.f5.training_config import TrainTeacherConfig


def config(steps: int) -> TrainingConfig:
    given = [f"training.steps={steps}", "training.log_every=10"]
    return load_config(TrainTeacherConfig, "train_teacher", given).training


def test_bursts_of_steps_are_no_speed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten steps a minute and a half, told within a millisecond."""
    now = 0.0
    with TrainingLogger(str(tmp_path), config(100), 0, Console(quiet=True), True) as logger:
        monkeypatch.setattr(logger.bar._progress, "get_time", lambda: now)
        for step in range(1, 31):
            now += 89.99 if step % 10 == 1 else 0.001
            logger.record(step, {"loss": 1.0}, 0.1, 0, 2048)
        left_s = logger.bar.task.time_remaining
    assert left_s == pytest.approx(70 * 9, rel=0.02)


def test_the_last_steps_are_told_too(tmp_path: Path) -> None:
    with TrainingLogger(str(tmp_path), config(4), 0, Console(quiet=True), True) as logger:
        for step in range(1, 5):
            logger.record(step, {"loss": 1.0}, 0.1, 0, 2048)
        assert logger.bar.task.completed == 4
