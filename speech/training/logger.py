"""What people see of a training: a bar with loss, speed and time left, and TensorBoard."""

import math
import os
import time
from pathlib import Path
from types import TracebackType

import torch
from rich.console import Console

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.progress import Bar
from speech.training.config import TrainingConfig
from speech.training.curve import Point, finite
from speech.training.task import Evaluation


def is_first() -> bool:
    """Whether this is the first process of a training, as torchrun numbers them."""
    return os.environ.get("RANK", "0") == "0"


def main_console() -> Console:
    """Quiet in all processes of a training but the first."""
    return Console(quiet=not is_first())


class TrainingLogger:
    """Context manager; on devices other than the main one it records nothing."""

    def __init__(
        self, output: str, config: TrainingConfig, step: int, console: Console, main: bool
    ) -> None:
        self.config, self.console, self.main = config, console, main
        self.folder = Path("out" if storage.is_gcs(output) else output).expanduser() / "tensorboard"
        self.bar = Bar("training", config.steps, console, "step", keep=True)
        self.bar.update(step)
        self._shown: tuple[str | None, list[str]] = (None, [])
        self._finite: dict[str, list[float]] = {}
        self._frames = 0
        self._since = time.monotonic()

    def __enter__(self) -> "TrainingLogger":
        if self.main:
            from torch.utils.tensorboard import SummaryWriter

            self.board = SummaryWriter(str(self.folder))
            self.bar.start()
        return self

    def record(
        self, step: int, losses: dict[str, float], rate: float, skipped: int, frames: int
    ) -> Point | None:
        """Note a step; every `log_every` steps, the means since the last time as one point, of what
        was finite."""
        for key, value in losses.items():
            kept = self._finite.setdefault(key, [])
            if math.isfinite(value):
                kept.append(value)
        self._frames += frames
        point = None
        if step % self.config.log_every == 0:
            point = self._point(step, rate, skipped)
        # steps are told of many at once, which one by one would look like a very fast training
        if point or step == self.config.steps:
            self.bar.update(step, None, *self._shown)
        return point

    def _point(self, step: int, rate: float, skipped: int) -> Point:
        now = time.monotonic()
        seconds = now - self._since
        means = {key: math.fsum(x) / len(x) if x else math.nan for key, x in self._finite.items()}
        speed = self._frames / seconds
        shown = means | {"learning_rate": rate, "skipped": skipped, "frames_per_s": speed}
        if self.main:
            for key, value in shown.items():
                self.board.add_scalar(key, value, step)
        losses = [f"{key} {value:.4g}" for key, value in means.items() if "/" not in key]
        self._shown = f"{speed:.0f} frames/s", losses
        self._finite, self._frames, self._since = {}, 0, now
        return {"step": step, **{key: finite(round(value, 6)) for key, value in means.items()}}

    def show(self, step: int, evaluation: Evaluation) -> None:
        """An evaluation's numbers, audio and spectrograms."""
        for key, value in evaluation.scalars.items():
            self.board.add_scalar(f"evaluation/{key}", value, step)
        for name, wave in evaluation.audio.items():
            self.board.add_audio(name, torch.from_numpy(wave)[None], step, SAMPLE_RATE)
        for name, mel in evaluation.spectrograms.items():
            low, high = mel.min(), mel.max()
            self.board.add_image(name, ((mel - low) / (high - low)).flip(0)[None], step)
        numbers = "  ".join(f"{key} {value:.4g}" for key, value in evaluation.scalars.items())
        self.console.print(f"step {step}: {numbers}")
        self._since = time.monotonic()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.main:
            self.bar.stop()
            self.board.close()
