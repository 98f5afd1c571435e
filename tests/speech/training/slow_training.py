"""python -m tests.speech.training.slow_training OUTPUT SECONDS    a toy training; seconds of a step"""

import sys
import time
from collections.abc import Mapping

from rich.console import Console
from torch import Tensor, nn

import speech.training.trainer
from speech.config import run_app
from speech.training.run import Training, run
from speech.training.task import Batch
from student.config import TrainStudentConfig
from tests.speech.training.toy_task import CHANGES, ToyTask

OUTPUT, SECONDS = sys.argv[1:]


class SlowTask(ToyTask):
    def losses(
        self, name: str, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        time.sleep(float(SECONDS))
        return super().losses(name, modules, batch, step)


def prepare(config: TrainStudentConfig, console: Console) -> Training:
    return Training(SlowTask(), {"data": "x"}, "a toy", lambda averages: None)


def main(config: TrainStudentConfig) -> int:
    return run(config, prepare)


if __name__ == "__main__":
    speech.training.trainer.draw_curve = lambda history, title: b""
    given = [f"training.{key}={value}" for key, value in CHANGES.items()]
    argv = ["dataset=unread", f"output={OUTPUT}", *given]
    sys.exit(run_app(TrainStudentConfig, "train_student", main, argv))
