"""Runs that are killed one after another, until one of them ends: all forked from a process that has
loaded what they need, and never computed anything.

python -m tests.speech.training.dying_runs FOLDER    prints how many were killed
"""

import os
import signal
import sys
import time
from pathlib import Path

import torch._dynamo  # noqa: F401  which an optimizer loads

import speech.training.trainer
from tests.speech.training.toy_task import trainer

MOST, DEATHS = 40, 3


def main(output: str) -> int:
    """Each is killed a little later after its checkpoints have changed, mid-save among them."""
    deaths = 0
    for moment in range(MOST):
        seen = names(output)
        child = os.fork()
        if not child:
            speech.training.trainer.draw_curve = lambda history, title: b""
            trainer(output).run()
            os._exit(0)
        ended, status = os.waitpid(child, os.WNOHANG)
        while not ended:
            if moment < DEATHS and names(output) != seen:
                time.sleep(0.002 * moment)
                os.kill(child, signal.SIGKILL)
                deaths += 1
                ended, status = os.waitpid(child, 0)
                break
            time.sleep(0.0005)
            ended, status = os.waitpid(child, os.WNOHANG)
        if status == 0:
            break
    return deaths


def names(output: str) -> set[str]:
    folder = Path(output, "checkpoints")
    return {path.name for path in folder.glob("*")} if folder.exists() else set()


if __name__ == "__main__":
    print(main(sys.argv[1]))
