"""`make synth` over a finished dataset that was edited, and those who read one."""

import json
import shutil
from pathlib import Path

import pytest
from dataset_edits import (
    DATA,
    EDITS,
    MANIFEST,
    MARKER,
    SHARDS,
    contents,
    edit_json,
    lose,
    run,
)
from fakes import fake_config

from pipelines import synth
from speech.dataset import layout as dataset
from speech.dataset.clips import open_clips
from speech.errors import InputError


def resume(output: Path, finished: Path) -> int:
    corpus = str(finished.parent / "corpus.txt")
    return synth.main(fake_config(str(output), corpus, f"dataset.shards={SHARDS}"), None)


def test_a_rerun_says_when_it_was_verified(
    copy: Path, finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert resume(copy, finished) == 0
    assert "never verified" in capsys.readouterr().out
    run(copy)
    assert resume(copy, finished) == 0
    when = json.loads((copy / dataset.VERIFIED_NAME).read_bytes())["time"]
    assert f"last verified {when}" in capsys.readouterr().out


@pytest.mark.parametrize("edit", ["no card", "byte of the card", "empty manifest", "no manifest"])
def test_a_rerun_writes_what_is_derived_again(edit: str, copy: Path, finished: Path) -> None:
    before = contents(copy)
    EDITS[edit][1](copy)
    assert resume(copy, finished) == 0
    assert contents(copy) == before


def test_a_rerun_does_not_believe_an_edited_marker(
    copy: Path, finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_json(MARKER, lambda marker: marker.update(accepted=99), copy)
    before = contents(copy)
    assert resume(copy, finished) == 1
    assert "the markers in _shards/ differ: make verify" in capsys.readouterr().out
    assert contents(copy) == before


def test_foreign_parquet_is_refused_by_those_who_read(copy: Path, finished: Path) -> None:
    opened = len(open_clips(str(copy)))
    shutil.copy(copy / DATA, copy / "data/more.parquet")
    with pytest.raises(InputError, match=r"data/more\.parquet is not of this dataset"):
        open_clips(str(copy))
    assert resume(copy, finished) == 1
    lose(MANIFEST, copy)
    with pytest.raises(InputError, match=r"data/more\.parquet is not of this dataset"):
        open_clips(str(copy))
    lose("data/more.parquet", copy)
    assert len(open_clips(str(copy))) == opened
    shutil.rmtree(copy / "_shards")
    shutil.copy(copy / DATA, copy / "data/more.parquet")
    assert len(open_clips(str(copy))) > opened, "a folder of anybody's Parquet"
