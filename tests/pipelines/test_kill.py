"""SIGKILL at 20 moments of a run, each followed by a second run: what an uninterrupted run leaves."""

import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from fakes import fake_config, in_child, write_corpus
from kills import run_config

import pipelines.progress.heartbeat
from speech.storage.temporaries import MARK

pytestmark = pytest.mark.slow

KILLS = 14
END_KILLS = 6
END_MOMENTS = 22
"""manifest and card, which few of the evenly spread kills would meet"""
SHARDS = 4
LINES = 520  # some 130 clips of 9 kB a shard: two row groups
SETTINGS = (f"dataset.shards={SHARDS}", "dataset.row_group_mb=1")


def run(output: str, corpus: str, moment: int | None = None) -> tuple[int, list[str]]:
    return run_config(fake_config(output, corpus, *SETTINGS), moment)


def files(output: str) -> Iterator[tuple[str, Path]]:
    root = Path(output)
    return ((str(path.relative_to(root)), path) for path in root.rglob("*") if path.is_file())


def hashes(output: str) -> dict[str, str]:
    """Of data/ and rejected/."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files(output)
        if name.startswith(("data/", "rejected/"))
    }


def finished(output: str) -> dict[str, int]:
    """When each file of the shards that have a marker was written."""
    shards = [name[-19:-5] for name, _ in files(output) if name.startswith("_shards/shard-")]
    return {
        name: path.stat().st_mtime_ns
        for name, path in files(output)
        if any(shard in name for shard in shards)
        and "/." not in name
        and "-attempts" not in name  # what is left of one that was killed once all was done
    }


def counts(output: str) -> dict[str, int]:
    return json.loads(Path(output, "manifest.json").read_text())["counts"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> str:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.txt", LINES)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, corpus) -> tuple[str, list[str]]:
    """The output of an uninterrupted run, and its moments."""
    output = str(tmp_path_factory.mktemp("whole") / "out")
    status, moments = in_child(run, output, corpus)
    assert status == 0
    assert len(hashes(output)) == 2 * SHARDS
    assert {"after link", "before replace", "before write_batch"} <= set(moments)
    return output, moments


def run_on_a_busy_machine(output: str, corpus: str, elsewhere: str) -> tuple[int, list[str]]:
    """Each batch is late for a word of its worker, and others have left what this run sweeps."""
    pipelines.progress.heartbeat.EVERY_S = 0
    tempfile.tempdir = elsewhere
    Path(elsewhere, f".scratch{MARK}01234567").mkdir()
    return run(output, corpus)


def test_the_moments_of_a_run_are_the_same_on_a_busy_machine(tmp_path, corpus, whole):
    _, moments = whole
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    status, found = in_child(run_on_a_busy_machine, str(tmp_path / "out"), corpus, str(elsewhere))
    assert status == 0
    assert not [*elsewhere.iterdir()]
    assert found == moments


def moment_of(kill: int, moments: int) -> int:
    """Spread over all moments, then over the last ones."""
    if kill < KILLS:
        return kill * (moments - END_MOMENTS) // KILLS
    return moments - 1 - (kill - KILLS) * (END_MOMENTS - 1) // (END_KILLS - 1)


@pytest.mark.parametrize(
    "kill",
    [
        kill if kill in (8, 16) else pytest.param(kill, marks=pytest.mark.long)
        for kill in range(KILLS + END_KILLS)
    ],
)
def test_after_a_kill_the_next_run_leaves_what_an_uninterrupted_one_does(
    kill, tmp_path, corpus, whole
):
    expected, moments = whole
    output = str(tmp_path / "out")
    with pytest.raises(BrokenProcessPool):
        in_child(run, output, corpus, moment_of(kill, len(moments)))
    kept = finished(output)
    status, _ = in_child(run, output, corpus)
    assert status == 0
    assert hashes(output) == hashes(expected)
    assert {name for name, _ in files(output)} == {name for name, _ in files(expected)}
    assert {name: time for name, time in finished(output).items() if name in kept} == kept
    assert counts(output) == counts(expected)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_many_kills_of_one_unit_condemn_no_line(seed, tmp_path, corpus, whole):
    """Each soon after the shard was begun again, so that most of them meet a line on trial."""
    expected, moments = whole
    draw = random.Random(seed)
    output = str(tmp_path / "out")
    first = moments.index("before write_batch") - 70  # amid the batches of the first unit
    with pytest.raises(BrokenProcessPool):
        in_child(run, output, corpus, first)
    spare = shutil.copytree(output, tmp_path / "spare")
    _, resumed = in_child(run, str(spare), corpus)
    killed_alone, last = 0, resumed.index("before write_batch")
    for _ in range(12):
        with pytest.raises(BrokenProcessPool):
            in_child(run, output, corpus, draw.randrange(last // 4, 3 * last // 4))
        for record in Path(output, "_shards").rglob("*-attempts.json"):
            killed_alone += json.loads(record.read_text())["alone"]
    assert killed_alone
    status, _ = in_child(run, output, corpus)
    assert status == 0
    assert hashes(output) == hashes(expected)
    assert {name for name, _ in files(output)} == {name for name, _ in files(expected)}
