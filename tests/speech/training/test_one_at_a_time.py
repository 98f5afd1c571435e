"""Two trainings in one folder: the second is refused while the first lives, and goes on once it is
dead."""

import subprocess
import sys
import time
from pathlib import Path

HOUR_S = "3600"


def start(output: Path, seconds: str) -> "subprocess.Popen[str]":
    line = [sys.executable, "-m", "tests.speech.training.slow_training", str(output), seconds]
    return subprocess.Popen(line, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_second_training_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    output = tmp_path / "trained"
    lock = output / "checkpoints" / "training.lock"
    with start(output, HOUR_S) as first:
        try:
            while not (lock.exists() and lock.read_text()):
                assert first.poll() is None, first.communicate()
                time.sleep(0.05)
            with start(output, "0") as second:
                told = second.communicate()[1]
            assert second.returncode == 2
            assert told.startswith(f"error: output={output} is another training's; give another")
            assert f"(process {first.pid} of " in told
            assert told.count("\n") == 1
        finally:
            first.kill()
    assert lock.exists()
    with start(output, "0") as third:
        told = third.communicate()[1]
    assert third.returncode == 0, told
    assert not lock.exists()
