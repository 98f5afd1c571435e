"""An output in which nothing was finished may become another run's; one that is at work may not."""

import json
import os
import socket
from pathlib import Path

import pytest
from fakes import fake_config, write_corpus
from rich.console import Console

from pipelines.progress.heartbeat import WORKERS
from pipelines.run import preparation
from pipelines.run.unused_output import LAUNCHER, launcher_noted, note_launcher, release_unused
from pipelines.speak.deadline import Deadline
from pipelines.speak.quarantine import Quarantine, attempts_name
from speech.dataset.identity import acquire
from speech.dataset.layout import RUN_NAME, shard_part, unit_part
from speech.dataset.seal import to_json
from speech.errors import InputError

ONE, OTHER = {"seed": 1, "shards": 1}, {"seed": 2, "shards": 1}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """That a run has claimed and planned, and no more."""
    acquire(str(tmp_path), ONE)
    plans = tmp_path / "_shards/plan"
    plans.mkdir()
    (plans / "plan-00000-of-00001.parquet").write_bytes(b"text")
    (tmp_path / "_shards/plan.json").write_text("{}")
    return tmp_path


@pytest.fixture
def spoken_into(output: Path) -> Path:
    """That was stopped within its first batch."""
    unit = unit_part(shard_part(0, 1), 0, 2)
    Quarantine(str(output), unit, lambda take: True, Deadline(None)).in_flight(["0/0"])
    assert (output / attempts_name(unit)).exists()
    (output / unit.data).touch()
    return output


def claim(output: Path) -> None:
    release_unused(str(output), OTHER)
    acquire(str(output), OTHER)


def sign(output: Path, **changes: object) -> None:
    note_launcher(fake_config(str(output), "corpus.txt"))
    (path,) = (output / WORKERS).glob(f"{LAUNCHER}*")
    path.write_bytes(to_json({**json.loads(path.read_text()), **changes}))


def test_a_run_that_made_nothing_gives_way(output: Path) -> None:
    sign(output, pid=2**22 + 1)  # no process has that number
    claim(output)
    assert json.loads((output / RUN_NAME).read_text()) == OTHER
    assert not (output / "_shards/plan").exists()
    assert not (output / "_shards/plan.json").exists()
    assert not (output / WORKERS).exists()


def test_a_run_that_was_stopped_in_its_first_batch_gives_way(spoken_into: Path) -> None:
    sign(spoken_into, pid=2**22 + 1)
    claim(spoken_into)
    assert json.loads((spoken_into / RUN_NAME).read_text()) == OTHER
    assert not (spoken_into / "_shards/units/00000").exists()


def test_the_same_run_keeps_its_plan(output: Path) -> None:
    release_unused(str(output), ONE)
    assert (output / "_shards/plan/plan-00000-of-00001.parquet").exists()


@pytest.mark.parametrize(
    "name",
    [
        "data/train-00000-of-00001.parquet",
        "rejected/rejected-00000-of-00001.parquet",
        "_shards/units/00000/unit-00000-of-00002.json",
        "_shards/e001/run.json",
        "manifest.json",
    ],
)
def test_what_is_finished_stays(output: Path, name: str) -> None:
    (output / name).parent.mkdir(parents=True, exist_ok=True)
    (output / name).write_text("{}")
    with pytest.raises(InputError, match="holds another run: seed: 1 -> 2"):
        claim(output)
    assert (output / name).exists()
    assert (output / "_shards/plan.json").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"pid": os.getppid(), "started_at": None},
        {"host": "another"},
        {"works_alone": False},
    ],
)
def test_a_run_that_may_be_at_work_keeps_its_output(
    output: Path, changes: dict[str, object]
) -> None:
    import psutil

    if "pid" in changes:
        changes["started_at"] = psutil.Process(os.getppid()).create_time()
    sign(output, **changes)
    with pytest.raises(InputError, match="holds another run"):
        claim(output)


def test_one_that_has_just_begun_keeps_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the moment on at which its identity is there for another launch to find."""
    output = tmp_path / "out"
    config = fake_config(str(output), write_corpus(tmp_path / "corpus.txt", 5))

    def acquire_then_another_comes(*claimed: object) -> None:
        acquire(*claimed)
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: 1)  # what a launcher looks for is others
            release_unused(str(output), OTHER)

    monkeypatch.setattr(preparation, "check_voices", lambda *_: None)
    monkeypatch.setattr(preparation, "acquire", acquire_then_another_comes)
    identity = preparation.prepare(config, Console()).identity
    assert json.loads((output / RUN_NAME).read_text()) == json.loads(to_json(identity))


def test_who_is_refused_leaves_no_sign(output: Path) -> None:
    config = fake_config(str(output), "corpus.txt")
    with pytest.raises(InputError, match="holds another run"), launcher_noted(config):
        acquire(str(output), OTHER)
    assert not list(output.glob(f"{WORKERS}/*"))


def test_a_launcher_says_who_it_is(tmp_path: Path) -> None:
    sign(tmp_path)
    (path,) = (tmp_path / WORKERS).glob(f"{LAUNCHER}*")
    said = json.loads(path.read_text())
    assert (said["host"], said["pid"], said["works_alone"]) == (
        socket.gethostname(),
        os.getpid(),
        True,
    )
