"""A finished dataset is edited in every way: each edit is noticed, and repaired to the same bytes."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes import FakeTeacher, fake_config, open_fake_studio, write_corpus

import pipelines.run.run_plan
from pipelines import synth
from pipelines.run.row_counts import PLAN_NAME
from pipelines.verify import __main__ as verify
from pipelines.verify.__main__ import VerifyConfig
from speech import storage
from speech.config import load_config
from speech.dataset import layout as dataset
from speech.dataset.clips import open_clips
from speech.dataset.markers import Yield, marker_bytes, parse_marker
from speech.dataset.seal import sealed, to_json, unseal
from speech.errors import InputError
from speech.storage.local_files import checksum_of
from speech.storage.temporaries import MARK
from teacher.base import Speech

LINES, SHARDS = 40, 3
DATA, REJECTED = dataset.shard_part(1, SHARDS).data, dataset.shard_part(1, SHARDS).rejected
MARKER, OTHER_DATA = dataset.shard_part(1, SHARDS).marker, dataset.shard_part(2, SHARDS).data
RUN, PROVENANCE = dataset.RUN_NAME, dataset.PROVENANCE_NAME
MANIFEST, CARD = dataset.MANIFEST_NAME, dataset.CARD_NAME

Edit = Callable[[Path], object]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("finished")
    corpus = write_corpus(root / "corpus.txt", LINES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run.run_plan, "check_voices", lambda *_: None)
        config = fake_config(str(root / "out"), corpus, f"dataset.shards={SHARDS}")
        assert synth.main(config, open_fake_studio) == 0
    return root / "out"


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "out"))


def run(output: str | Path, *overrides: str, opener=open_fake_studio) -> int:
    chosen = [f"output={output}", "runner.workers=1", *overrides]
    return verify.main(load_config(VerifyConfig, "verify", chosen), opener=opener)


def contents(root: Path) -> dict[str, bytes]:
    """But when it was verified, which is no part of what a run writes."""
    found = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() for name, path in found.items() if name != dataset.VERIFIED_NAME
    }


def flip(name: str, root: Path) -> None:
    data = bytearray((root / name).read_bytes())
    data[len(data) // 2] ^= 1
    (root / name).write_bytes(data)


def cut(name: str, root: Path) -> None:
    os.truncate(root / name, (root / name).stat().st_size // 2)


def lose(name: str, root: Path) -> None:
    (root / name).unlink()


def empty(name: str, root: Path) -> None:
    (root / name).write_bytes(b"")


def same_size(name: str, root: Path) -> None:
    (root / name).write_bytes(os.urandom((root / name).stat().st_size))


def swap(root: Path) -> None:
    (root / DATA).rename(root / "aside")
    (root / OTHER_DATA).rename(root / DATA)
    (root / "aside").rename(root / OTHER_DATA)


def lose_shard(root: Path) -> None:
    for name in (DATA, REJECTED, MARKER):
        lose(name, root)


def edit_json(name: str, change: Callable[[dict], object], root: Path, seal: bool = False) -> None:
    path = root / name
    value = json.loads(path.read_bytes())
    change(value)
    value.pop("sha256", None)
    path.write_bytes(sealed(value) if seal else to_json(value))


def more_accepted(value: dict) -> None:
    value["counts"]["accepted"] += 1


def twice_a_row(root: Path) -> None:
    """With a marker that says so."""
    rows = pq.read_table(root / DATA)
    pq.write_table(pa.concat_tables([rows, rows.slice(0, 1)]), root / DATA)
    marker = parse_marker((root / MARKER).read_bytes(), dataset.shard_part(1, SHARDS))
    assert marker is not None
    files = {**marker.files, DATA: checksum_of(root / DATA)}
    (root / MARKER).write_bytes(
        marker_bytes(replace(marker, accepted=marker.accepted + 1, files=files))
    )


def lose_manifest_and(edit: Edit, root: Path) -> None:
    lose(MANIFEST, root)
    edit(root)


EDITS: dict[str, tuple[str, Edit]] = {
    "byte of data": (DATA, partial(flip, DATA)),
    "byte of rejected": (REJECTED, partial(flip, REJECTED)),
    "byte of a marker": (MARKER, partial(flip, MARKER)),
    "byte of run.json": (RUN, partial(flip, RUN)),
    "byte of provenance": (PROVENANCE, partial(flip, PROVENANCE)),
    "byte of the manifest": (MANIFEST, partial(flip, MANIFEST)),
    "byte of the card": (CARD, partial(flip, CARD)),
    "half of data": (DATA, partial(cut, DATA)),
    "half of a marker": (MARKER, partial(cut, MARKER)),
    "half of the manifest": (MANIFEST, partial(cut, MANIFEST)),
    "no data": (DATA, partial(lose, DATA)),
    "no rejected": (REJECTED, partial(lose, REJECTED)),
    "no marker": (MARKER, partial(lose, MARKER)),
    "no run.json": (RUN, partial(lose, RUN)),
    "no provenance": (PROVENANCE, partial(lose, PROVENANCE)),
    "no manifest": (MANIFEST, partial(lose, MANIFEST)),
    "no card": (CARD, partial(lose, CARD)),
    "no shard": (REJECTED, lose_shard),
    "empty data": (DATA, partial(empty, DATA)),
    "empty marker": (MARKER, partial(empty, MARKER)),
    "empty manifest": (MANIFEST, partial(empty, MANIFEST)),
    "empty run.json": (RUN, partial(empty, RUN)),
    "other content of the same size": (DATA, partial(same_size, DATA)),
    "two shards' files for each other": (OTHER_DATA, swap),
    "count of the manifest": (MANIFEST, partial(edit_json, MANIFEST, more_accepted)),
    "count of a sealed manifest": (
        MANIFEST,
        partial(edit_json, MANIFEST, more_accepted, seal=True),
    ),
    "count of a marker": (MARKER, partial(edit_json, MARKER, lambda m: m.update(accepted=99))),
    "seed of run.json": (RUN, partial(edit_json, RUN, lambda run: run.update(seed=9))),
    "a row twice": (DATA, twice_a_row),
    "an absurd number of shards": (RUN, partial(edit_json, RUN, lambda r: r.update(shards=10**12))),
    "no manifest, count of a marker": (
        MARKER,
        partial(lose_manifest_and, partial(edit_json, MARKER, lambda m: m.update(rejected=7))),
    ),
    "no manifest, byte of data": (DATA, partial(lose_manifest_and, partial(flip, DATA))),
    "byte of the plan": (PLAN_NAME, partial(flip, PLAN_NAME)),
    "no plan": (PLAN_NAME, partial(lose, PLAN_NAME)),
    "rows of the plan": (
        PLAN_NAME,
        partial(edit_json, PLAN_NAME, lambda plan: plan["rows"].update({"0": 1})),
    ),
    "no manifest, no card": (CARD, partial(lose_manifest_and, partial(lose, CARD))),
}


def test_a_finished_dataset_is_whole(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(copy)
    assert run(copy) == 0
    assert "all is well" in capsys.readouterr().out
    assert contents(copy) == before


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_noticed_and_repaired_to_the_same_bytes(
    edit: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(copy)
    name, change = EDITS[edit]
    change(copy)
    edited = contents(copy)
    assert edited != before
    assert run(copy) == 1
    assert any(line.startswith(f"{name} ") for line in capsys.readouterr().out.splitlines())
    assert contents(copy) == edited, "only looked at"
    assert run(copy, "repair=true") == 0
    assert contents(copy) == before
    assert run(copy) == 0


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
    (copy / "data" / dead).touch()
    assert run(copy) == 1
    assert f"_shards/{dead}/ was left" in capsys.readouterr().out
    assert run(copy, "repair=true") == 0
    assert contents(copy) == before


def test_the_manifest_decides_where_marker_and_rows_agree_on_a_forgery(copy: Path) -> None:
    """Without it, ids that are there twice still tell."""
    before = contents(copy)
    twice_a_row(copy)
    lose(MANIFEST, copy)
    assert run(copy) == 1
    assert run(copy, "repair=true") == 0
    after = contents(copy)
    for name in (DATA, REJECTED, CARD):
        assert after[name] == before[name]


def test_an_id_of_two_shards_is_noticed(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both files are whole for their markers."""
    before = contents(copy)
    lose(MANIFEST, copy)
    rows = pq.read_table(copy / DATA)
    pq.write_table(
        pa.concat_tables([pq.read_table(copy / OTHER_DATA), rows[:1]]), copy / OTHER_DATA
    )
    name = dataset.shard_part(2, SHARDS).marker
    marker = parse_marker((copy / name).read_bytes(), dataset.shard_part(2, SHARDS))
    assert marker is not None
    voice = rows["speaker_id"][0].as_py()
    one = Yield(1, 0, rows["duration_s"][0].as_py())
    marker = replace(
        marker,
        accepted=marker.accepted + 1,
        audio_s=marker.audio_s + one.audio_s,
        voices={**marker.voices, voice: marker.voices.get(voice, Yield()) + one},
        files={**marker.files, OTHER_DATA: checksum_of(copy / OTHER_DATA)},
    )
    (copy / name).write_bytes(marker_bytes(marker))
    assert run(copy) == 1
    assert f"{OTHER_DATA} has 1 ids that are accepted twice" in capsys.readouterr().out
    assert run(copy, "repair=true") == 0
    assert contents(copy)[OTHER_DATA] == before[OTHER_DATA]


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


class OtherProcessor(FakeTeacher):
    def speak(self, batch, keys):
        return [Speech(np.roll(speech.wave, 1)) for speech in super().speak(batch, keys)]


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


def test_as_json(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lose(CARD, copy)
    config = load_config(VerifyConfig, "verify", [f"output={copy}"])
    assert verify.main(config, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == [
        {"file": CARD, "what": "is missing or empty", "remedy": "repair=true writes it again"}
    ]
    assert (told["ok"], told["shards"], told["rows"]) == (False, SHARDS, LINES)


def test_no_dataset_is_one_line(tmp_path: Path) -> None:
    for make in (tmp_path.exists, (tmp_path / "data").mkdir, (tmp_path / "data/x.parquet").touch):
        make()
        with pytest.raises(InputError, match="is no dataset of make synth"):
            run(tmp_path)
    with pytest.raises(InputError, match="is no dataset of make synth"):
        run(tmp_path / "none")


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


def test_a_seal_covers_every_byte(finished: Path) -> None:
    data = (finished / MANIFEST).read_bytes()
    assert unseal(data) is not None
    for place in range(0, len(data), 97):
        assert unseal(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]) is None
    for odd in (b"", b"[]", b"{}", b"null", b"[" * 100_000, data + b" ", data[:-1]):
        assert unseal(odd) is None
