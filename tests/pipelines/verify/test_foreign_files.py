"""What is not of the dataset is named, and nobody's to delete."""

import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dataset_edits import (
    DATA,
    MARKER,
    Edit,
    contents,
    run,
)

from pipelines.run.claims import PLAN_CLAIM
from speech.storage.temporaries import MARK

FOREIGN: dict[str, tuple[str, Edit]] = {
    "foreign Parquet": (
        "data/more.parquet",
        lambda root: pq.write_table(pa.table({"id": ["x"]}), root / "data/more.parquet"),
    ),
    "a shard under another number": (
        "data/train-00003-of-00003.parquet",
        lambda root: shutil.copy(root / DATA, root / "data/train-00003-of-00003.parquet"),
    ),
    "a shard under another name": (
        "data/train-00001-of-00004.parquet",
        lambda root: (root / DATA).rename(root / "data/train-00001-of-00004.parquet"),
    ),
    "a marker of another count": (
        "_shards/shard-00001-of-00008.json",
        lambda root: shutil.copy(root / MARKER, root / "_shards/shard-00001-of-00008.json"),
    ),
    "foreign rejected": ("rejected/x.txt", lambda root: (root / "rejected/x.txt").touch()),
    "a file beside": ("notes.parquet", lambda root: (root / "notes.parquet").touch()),
    "a folder in data": ("data/old/", lambda root: (root / "data/old").mkdir()),
    "a pipe": ("data/pipe.parquet", lambda root: os.mkfifo(root / "data/pipe.parquet")),
}


@pytest.mark.parametrize("edit", FOREIGN)
def test_what_is_not_of_the_dataset_is_named_and_left(
    edit: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(copy)
    name, change = FOREIGN[edit]
    change(copy)
    for overrides in ([], ["repair=true"]):
        assert run(copy, *overrides) == 1
        lines = capsys.readouterr().out.splitlines()
        assert any(line.startswith(f"{name} ") for line in lines)
    left = copy / name
    assert left.exists()
    left.rmdir() if left.is_dir() else left.unlink()
    assert run(copy) == 0
    assert contents(copy) == before


def test_what_publishing_and_training_add_is_no_problem(copy: Path) -> None:
    for name in (".gitattributes", "LICENSE", "_alignments/0123.parquet"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).touch()
    assert run(copy) == 0


def test_a_dead_runs_leftovers_are_named_and_swept(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(copy)
    dead = f".scratch{MARK}0123abcd"  # nobody has its lock
    (copy / "_shards" / dead).mkdir()
    below = [f"{folder}/000/{dead}" for folder in ("data", "_shards")]  # of more shards than 5,000
    for name in (f"data/{dead}", *below, PLAN_CLAIM):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).touch()
    assert run(copy) == 1
    said = capsys.readouterr().out
    for name in (f"_shards/{dead}/", *below, PLAN_CLAIM):
        assert f"{name} was left" in said
    assert run(copy, "repair=true") == 0
    assert contents(copy) == before
