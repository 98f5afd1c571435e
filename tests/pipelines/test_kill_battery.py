"""200 SIGKILLs at moments of a run at the default number of workers, 20 of them double: the next run
leaves what an uninterrupted one does, and speaks again what was in hand and no more."""

import os
import random
from collections import Counter
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeTeacher, fake_config, in_child, open_fake_studio, synth_fake, write_corpus
from kills import EVENTS, Countdown
from test_kill import hashes

from pipelines.config import SynthConfig
from pipelines.speak.worker_context import WorkerContext

pytestmark = [pytest.mark.slow, pytest.mark.long]

KILLS, DOUBLE = 200, 20
UNIT_ROWS = 8
SETTINGS = ("runner=direct", "dataset.shards=3", f"dataset.rows_per_unit={UNIT_ROWS}")
LINES = 120


class Counting(FakeTeacher):
    """Writes down what it speaks."""

    def speak(self, batch, keys):
        with Path(os.environ["SPOKEN"]).open("a") as stream:
            stream.write("".join(f"{key}\n" for key in keys if "/" in key))
        return super().speak(batch, keys)


def open_counting(config: SynthConfig) -> WorkerContext:
    return replace(open_fake_studio(config), teacher=Counting())


def run(output: str, corpus: str, log: str, moment: int | None = None) -> tuple[int, int, int]:
    """In a child: the exit status, how many moments there were, and of how many workers."""
    os.environ["SPOKEN"] = log
    countdown = Countdown(moment, output)
    for owner, name in EVENTS:
        countdown.watch(owner, name)
    config = fake_config(output, corpus, *SETTINGS)
    status = synth_fake(config, open_counting)
    return status, len(countdown.passed), config.runner.workers_here


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> str:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.txt", LINES)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, corpus) -> tuple[dict[str, str], int, int]:
    """Hashes of an uninterrupted run, its moments and its workers."""
    folder = tmp_path_factory.mktemp("whole")
    status, moments, workers = in_child(run, str(folder / "out"), corpus, str(folder / "log"))
    assert status == 0
    return hashes(str(folder / "out")), moments, workers


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_kill_costs_what_was_in_hand(kill, tmp_path, corpus, whole):
    expected, moments, workers = whole
    output, log = str(tmp_path / "out"), tmp_path / "log"
    draw = random.Random(kill)
    deaths = [kill * moments // KILLS] + [draw.randrange(moments // 3)] * (kill % KILLS < DOUBLE)
    for moment in deaths:
        try:
            in_child(run, output, corpus, str(log), moment)
        except BrokenProcessPool:
            continue
        assert (
            moment > moments // 2
        )  # threads meet: a run may have fewer moments than the whole one
    status, _, _ = in_child(run, output, corpus, str(log))
    assert status == 0
    assert hashes(output) == expected
    times = Counter(log.read_text().splitlines())
    again = sum(count > 1 for count in times.values())
    assert again <= len(deaths) * workers * UNIT_ROWS * 3  # a unit a worker, with its three tries
