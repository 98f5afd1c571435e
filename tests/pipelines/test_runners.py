"""How a run is executed on this machine: Beam's engine, threads over shards, text on disk."""

import json
import threading
from functools import partial
from pathlib import Path

import pytest
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from fakes import fake_config, in_child, open_fake_studio, synth_fake, write_corpus
from rich.console import Console

from pipelines import synth
from pipelines.jobs import text_grouping as spool
from pipelines.jobs.planner import build_planning
from pipelines.jobs.worker import build_speaking
from pipelines.run.preparation import prepare
from pipelines.speak.worker_threads import Stopped, WorkerThreads
from speech.dataset.schema import Rejection
from speech.errors import InputError

pytestmark = pytest.mark.usefixtures("voices_are_known")

FLUSH_MS = 5
"""for 1,000, at which Beam flushes what it has buffered for workers over gRPC; at this, runs over
that buffer die of an element that was cut in two"""
LINES = 6_000
SHARDS = "dataset.shards=3"


def run_flushed(output: str, corpus: str) -> int:
    worker_handlers.DATA_BUFFER_TIME_LIMIT_MS = FLUSH_MS
    return synth_fake(fake_config(output, corpus, "runner.workers=2"))


def test_beams_timed_flush_is_not_met(tmp_path):
    corpus = tmp_path / "corpus.txt"
    with corpus.open("w") as stream:
        for i in range(LINES):  # each another one, and none that can be spoken
            stream.write("".join("!?.,;:"[i // 6**k % 6] for k in range(6)) + "\n")
        stream.write("Take this.\nTake that.\n")
    output = tmp_path / "out"
    assert in_child(run_flushed, str(output), str(corpus)) == 0
    assert json.loads((output / "manifest.json").read_text())["counts"]["lines"] == LINES + 2


def contents(output: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(output).glob("*/*.parquet")}


def test_workers_and_ways_of_grouping_change_no_byte(tmp_path):
    corpus = write_corpus(tmp_path / "corpus.txt", 60)
    outputs = {name: str(tmp_path / name) for name in ("one", "three", "shuffle")}
    for name, workers in (("one", 1), ("three", 3)):
        config = fake_config(outputs[name], corpus, SHARDS).model_copy(deep=True)
        runner = config.runner.model_copy(update={"workers": workers})
        assert synth.main(config.model_copy(update={"runner": runner}), open_fake_studio) == 0
        assert not list(Path(outputs[name], "_shards").glob(".*")), "text that waited"
    run_plan = prepare(config := fake_config(outputs["shuffle"], corpus, SHARDS), Console())
    config.runner.run(partial(build_planning, run_plan, None), "plan")
    config.runner.run(partial(build_speaking, run_plan, open_fake_studio, None), "speak")
    assert len(contents(outputs["one"])) == 2 * 3
    assert contents(outputs["three"]) == contents(outputs["one"])
    assert contents(outputs["shuffle"]) == contents(outputs["one"])


def test_what_ends_a_worker_ends_the_run_in_one_line(tmp_path):
    corpus = write_corpus(tmp_path / "corpus.txt", 60)

    def opener(_):
        raise InputError("no weights")

    with pytest.raises(InputError, match=r"^no weights$"):
        synth.main(fake_config(str(tmp_path / "out"), corpus), opener)
    assert not list((tmp_path / "out" / "_shards").glob(".*"))


def test_a_crew_works_side_by_side_and_loses_nothing():
    together = threading.Barrier(3)  # none gets through alone

    def task(job: int) -> int:
        if job < 3:
            together.wait(timeout=20)
        return job * job

    threads = WorkerThreads(3, task)
    finished = [result for job in range(50) for result in threads.give(job)]
    assert sorted(finished + threads.finish()) == [job * job for job in range(50)]
    threads.close()


def test_a_crew_takes_no_more_than_it_can_do():
    running, most, lock = set[int](), [], threading.Lock()

    def task(job: int) -> None:
        with lock:
            running.add(job)
            most.append(len(running))
        with lock:
            running.remove(job)

    threads = WorkerThreads(2, task)
    for job in range(200):
        threads.give(job)
        assert len(threads._running) <= 2
    threads.finish()
    assert max(most) <= 2
    threads.close()


def test_one_failure_stops_the_crew():
    begun, stopped = threading.Event(), threading.Event()

    def task(job: str) -> None:
        if job == "bad":
            begun.wait(timeout=20)
            raise ValueError("bad")
        begun.set()
        try:
            while True:
                threads.check()
        except Stopped:
            stopped.set()
            raise

    threads = WorkerThreads(2, task)
    threads.give("good")
    threads.give("bad")
    with pytest.raises(ValueError, match="bad"):
        threads.finish()
    assert stopped.is_set()
    threads.close()


@pytest.mark.parametrize("buffer_bytes", [1, spool.BUFFER_BYTES])
def test_text_waits_on_disk_unchanged(tmp_path, monkeypatch, buffer_bytes):
    monkeypatch.setattr(spool, "BUFFER_BYTES", buffer_bytes)
    items = [
        (i % 3, Rejection(id=f"r{i}", text="\ud83d\ude00\x00" * i, reason="empty", stage="text"))
        for i in range(9)
    ]
    found = bundle(spool.ToFiles(str(tmp_path)), items)
    assert {shard: list(spool.read(where)) for shard, where in found} == {
        shard: [item for other, item in items if other == shard] for shard in range(3)
    }


def bundle(step: spool.ToFiles, items: list) -> list:
    step.start_bundle()
    for item in items:
        step.process(item)
    return [output.value for output in step.finish_bundle()]


def test_what_a_failed_bundle_has_written_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "BUFFER_BYTES", 1)
    step = spool.ToFiles(str(tmp_path))
    step.start_bundle()
    step.process((0, "before the failure"))
    ((shard, where),) = bundle(step, [(0, "again"), (0, "and the rest")])
    assert (shard, list(spool.read(where))) == (0, ["again", "and the rest"])


def test_text_that_cannot_wait_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"cannot write .*No such file"):
        bundle(spool.ToFiles(str(tmp_path / "missing")), [(0, "item")])
