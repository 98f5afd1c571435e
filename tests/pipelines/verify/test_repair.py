"""`make verify ARGS=repair=true` makes again what is damaged, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dataset_edits import (
    CARD,
    DATA,
    EDITS,
    MANIFEST,
    MARKER,
    OTHER_DATA,
    PROVENANCE,
    REJECTED,
    SHARDS,
    contents,
    flip,
    lose,
    lose_shard,
    run,
)
from fakes import FakeTeacher, open_fake_studio

from speech import storage
from speech.dataset import layout as dataset
from teacher.base import Speech


class OtherProcessor(FakeTeacher):
    def speak(self, batch, keys):
        return [Speech(np.roll(speech.wave, 1)) for speech in super().speak(batch, keys)]


def test_only_what_is_damaged_is_made_again(copy: Path) -> None:
    flip(DATA, copy)
    others = [
        copy / OTHER_DATA,
        copy / dataset.shard_part(0, SHARDS).data,
        copy / MARKER,
        copy / MANIFEST,
    ]
    written = [path.stat().st_mtime_ns for path in others]
    assert run(copy, "repair=true") == 0
    assert [path.stat().st_mtime_ns for path in others] == written


def test_what_cannot_be_made_again_stays_as_it_is(
    copy: Path, finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(DATA, copy)
    lose(CARD, copy)
    corpus = finished.parent / "corpus.txt"
    text, damaged = corpus.read_bytes(), (copy / DATA).read_bytes()
    try:
        corpus.write_bytes(text + b"One more.\n")
        assert run(copy, "repair=true") == 1
    finally:
        corpus.write_bytes(text)
    out = capsys.readouterr().out
    assert "not made again: " in out
    assert "corpus.paths" in out
    assert (copy / DATA).read_bytes() == damaged
    assert (copy / CARD).exists()
    assert run(copy, "repair=true") == 0


def test_other_bytes_of_another_processor_are_told_and_kept(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def opener(config):
        return replace(open_fake_studio(config), teacher=OtherProcessor())

    before = contents(copy)
    flip(DATA, copy)
    assert run(copy, "repair=true", opener=opener) == 0
    assert "1 shards have other bytes" in capsys.readouterr().out
    changed = {name for name, data in contents(copy).items() if data != before[name]}
    assert {DATA, MARKER, MANIFEST} <= changed <= {DATA, REJECTED, MARKER, MANIFEST, CARD}
    assert run(copy) == 0


def test_an_unfinished_run_is_told_and_its_damage_repaired(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lose_shard(copy)
    for name in (MANIFEST, CARD, PROVENANCE):
        lose(name, copy)
    flip(OTHER_DATA, copy)
    before = contents(copy)
    assert run(copy, "repair=true") == 1
    assert "_shards/ holds 2 of 3 shards; make synth makes the others" in capsys.readouterr().out
    assert contents(copy).keys() == before.keys()
    assert run(copy) == 1
    assert OTHER_DATA not in capsys.readouterr().out


@pytest.mark.parametrize("edit", ["byte of data", "byte of a marker", "no run.json", "no card"])
def test_in_a_bucket(edit: str, copy: Path, tmp_path: Path, gcs_bucket: str) -> None:
    output, before = f"{gcs_bucket}/set", contents(copy)
    EDITS[edit][1](copy)
    for name, data in contents(copy).items():
        storage.write_bytes(f"{output}/{name}", data)
    assert run(output) == 1
    assert run(output, "repair=true") == 0
    assert {name: storage.read_bytes(f"{output}/{name}") for name in before} == before
