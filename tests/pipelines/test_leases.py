"""`runner=lease`: processes that know nothing of each other share one output."""

import os
import signal
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import CHILDREN, FakeTeacher, fake_config, in_child, open_fake_studio, synth_fake
from fakes import write_corpus as write

from pipelines.config import SynthConfig
from pipelines.speak.worker_context import WorkerContext

PROCESSES = 8
LINES = 240
SETTINGS = ("dataset.shards=2", "dataset.rows_per_unit=12", "gate.attempts=1")
LEASE = ("runner=lease", "runner.workers=1", "runner.lease_s=8")

pytestmark = pytest.mark.slow


class Counting(FakeTeacher):
    """Writes down what it speaks, and takes its time."""

    def __init__(self, log: str) -> None:
        self.log = Path(log, str(os.getpid()))

    def speak(self, batch, keys):
        time.sleep(0.05)
        with self.log.open("a") as stream:
            stream.write("".join(f"{key}\n" for key in keys))
        return super().speak(batch, keys)


def open_counting(config: SynthConfig) -> WorkerContext:
    return replace(open_fake_studio(config), teacher=Counting(os.environ["SPOKEN"]))


def take_part(config: SynthConfig, spoken: str) -> int:
    os.environ["SPOKEN"] = spoken
    return synth_fake(config, open_counting)


def contents(output: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(output).glob("*/*.parquet")}


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> tuple[str, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("alone")
    corpus = write(folder / "corpus.txt", LINES)
    config = fake_config(str(folder / "out"), corpus, *SETTINGS)
    assert in_child(synth_fake, config) == 0
    return corpus, contents(config.output)


def spoken(folder: Path) -> Counter[str]:
    return Counter(line for path in folder.iterdir() for line in path.read_text().splitlines())


def test_eight_processes_share_the_work_and_one_of_them_is_stopped_and_wakes_late(
    tmp_path, expected
):
    corpus, files = expected
    log = tmp_path / "spoken"
    log.mkdir()
    config = fake_config(str(tmp_path / "out"), corpus, *SETTINGS, *LEASE)
    with ProcessPoolExecutor(PROCESSES, CHILDREN) as pool:
        runs = [pool.submit(take_part, config, str(log)) for _ in range(PROCESSES)]
        while len(list(log.iterdir())) < 2:
            time.sleep(0.02)
        stopped = int(next(log.iterdir()).name)
        os.kill(stopped, signal.SIGSTOP)
        others = [path for path in log.iterdir() if path.name != str(stopped)]
        deadline = time.monotonic() + 120
        while sum(run.done() for run in runs) < PROCESSES - 1 and time.monotonic() < deadline:
            time.sleep(0.1)
        os.kill(stopped, signal.SIGCONT)
        assert others
        assert [run.result() for run in runs] == [0] * PROCESSES
    assert contents(config.output) == files
    times = Counter({key: n for key, n in spoken(log).items() if key.count("/") == 3})
    assert len(times) == LINES
    again = [key for key, count in times.items() if count > 1]
    # the unit that the stopped one had in hand: what it may have died of is tried alone first
    assert len(again) <= 12
    assert max(times.values()) <= 3
    assert not list(Path(config.output, "_shards").rglob("*.lease"))


def test_who_died_holds_nothing_for_long(tmp_path, expected):
    corpus, files = expected
    log = tmp_path / "spoken"
    log.mkdir()
    config = fake_config(str(tmp_path / "out"), corpus, *SETTINGS, *LEASE)
    pool = ProcessPoolExecutor(1, CHILDREN)
    dying = pool.submit(take_part, config, str(log))
    while not list(log.iterdir()):
        time.sleep(0.02)
    os.kill(int(next(log.iterdir()).name), signal.SIGKILL)
    with pytest.raises(Exception, match="terminated abruptly"):
        dying.result()
    assert in_child(take_part, config, str(log)) == 0
    assert contents(config.output) == files
