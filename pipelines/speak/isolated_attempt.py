"""A take spoken and judged in a process of its own, which may die of it."""

import os
import pickle
import subprocess
import sys

from pipelines.config import SynthConfig
from pipelines.speak.attempts import Attempt
from pipelines.speak.deadline import Deadline
from pipelines.speak.worker_context import LoadModels

READY = "ready\n"


def survives(config: SynthConfig, opener: LoadModels, take: Attempt) -> bool | None:
    """Whether a process lives through a take; None if it cannot even speak what is known to be good.

    The process is of another session, so that a Ctrl-C that ends this one is not taken for a death.
    """
    try:
        task = pickle.dumps((config, opener, take.utterance, take.attempt))
    except (pickle.PicklingError, AttributeError):  # a function without a name of its own
        return None
    ended = subprocess.run(
        [sys.executable, "-m", "pipelines.speak.isolated_attempt"],
        input=task,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
    if READY.encode() not in ended.stdout:
        return None
    return ended.returncode == 0


def main() -> None:
    config, opener, utterance, number = pickle.load(sys.stdin.buffer)
    teacher = config.teacher.model_copy(update={"batch_size": 1})  # needs no measuring
    context = opener(config.model_copy(update={"teacher": teacher}))
    attempt = context.attempt(utterance, number)
    context.prove()
    sys.stdout.write(READY)
    sys.stdout.flush()
    Deadline(config.runner.batch_deadline_s).restart()
    context.try_alone(attempt)


if __name__ == "__main__":
    main()
