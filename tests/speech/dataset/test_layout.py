import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clips import make_clip

from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.identity import acquire
from speech.dataset.layout import shard_part
from speech.dataset.manifest import write_manifest
from speech.dataset.markers import Marker, Yield, find_marker, finished, marker_bytes, summarize
from speech.dataset.runs import Run
from speech.dataset.schema import Rejection
from speech.dataset.writer import PartWriter
from speech.errors import InputError
from speech.storage import Checksum
from speech.storage.temporaries import MARK

IDENTITY = {
    "seed": 1,
    "limit": None,
    "gate": {"wer": 0.2, "languages": ["en", "zh"]},
    "corpus": {"a.txt": "5:AAAA", "b.txt": "7:BBBB"},
    "shards": 2,
}


def write_shard(output: str, index: int, count: int, clips: int = 3) -> Marker:
    with PartWriter(output, shard_part(index, count)) as writer:
        for number in range(clips):
            writer.accept(make_clip(100 * index + number))
        writer.reject(Rejection(id="r1", text="...", reason="nothing_to_speak", stage="text"))
        writer.reject(Rejection(id="r2", text="Hm.", reason="wer", stage="gate", speaker_id="bob"))
        return writer.finish({"teacher_s": 2.5, "frames": 10})


@pytest.fixture(params=["local", "gcs"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "dataset")
    return storage.join(request.getfixturevalue("gcs_bucket"), "dataset")


def test_claim_again_is_fine(output: str) -> None:
    acquire(output, IDENTITY)
    acquire(output, json.loads(json.dumps(IDENTITY)))
    assert json.loads(storage.read_bytes(f"{output}/_shards/run.json")) == IDENTITY


def test_claim_names_the_differences(output: str) -> None:
    acquire(output, IDENTITY)
    changed = {**IDENTITY, "seed": 2, "gate": {"wer": 0.3, "languages": ["en"]}, "limit": 5}
    changed["corpus"] = {"a.txt": "5:AAAA", "c.txt": "1:CCCC"}
    with pytest.raises(InputError) as refused:
        acquire(output, changed)
    line = str(refused.value)
    assert "\n" not in line
    assert 'corpus.b.txt: "7:BBBB" -> (none); corpus.c.txt: (none) -> "1:CCCC"' in line
    assert 'gate.languages: ["en", "zh"] -> ["en"]; and 3 more' in line
    assert f"Give another output=... or delete {output}" in line
    with pytest.raises(InputError, match=r"limit: null -> 5\. Give"):
        acquire(output, {**IDENTITY, "limit": 5})


def test_claim_refuses_what_it_does_not_know(output: str) -> None:
    storage.write_bytes(f"{output}/data/train-00000-of-00008.parquet", b"another tool's")
    with pytest.raises(InputError, match="unknown origin"):
        acquire(output, IDENTITY)
    storage.write_bytes(f"{output}/_shards/run.json", b'{"seed": ')
    with pytest.raises(InputError, match=r"run\.json is damaged"):
        acquire(output, IDENTITY)


def test_claim_sweeps_up_after_killed_runs(tmp_path: Path) -> None:
    script = (
        "import os, sys; from speech.dataset.writer import PartWriter\n"
        "from speech.dataset.layout import shard_part\n"
        "writer = PartWriter(sys.argv[1], shard_part(0, 1))\n"
        "writer.__enter__(); os.kill(os.getpid(), 9)"
    )
    root = Path(dataset.__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=root)
    assert killed.returncode == -9
    assert len(list((tmp_path / "_shards").iterdir())) == 1
    with PartWriter(tmp_path, shard_part(0, 1)):
        acquire(tmp_path, IDENTITY)
        left = {path.name for path in (tmp_path / "_shards").iterdir()}
        assert len(left) == 2, "run.json and the scratch of the living"


def test_claim_sweeps_every_folder(tmp_path: Path) -> None:
    """Also those below, of a dataset of more shards than a folder takes."""
    folders = ("", "data", "rejected", "_shards", "_shards/000", "data/001", "_shards/e001/000")
    dead = [tmp_path / folder / f".x{MARK}0123abcd" for folder in folders]
    for path in dead:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    acquire(tmp_path, IDENTITY, "e001")
    assert not [path for path in dead if path.exists()]


def test_finished_and_find_marker(output: str) -> None:
    written = {index: write_shard(output, index, 3) for index in (0, 2)}
    assert finished(output, 3) == written
    assert finished(output, 4) == {}
    assert find_marker(output, dataset.shard_part(2, 3)) == written[2]
    assert find_marker(output, dataset.shard_part(1, 3)) is None


@pytest.mark.parametrize("name", [dataset.shard_part(0, 1).data, dataset.shard_part(0, 1).rejected])
@pytest.mark.parametrize("damage", ["cut", "lost", "same size"])
def test_damaged_shard_is_redone(output: str, name: str, damage: str) -> None:
    marker = write_shard(output, 0, 1)
    path = storage.join(output, name)
    sound = storage.read_bytes(path)
    if damage == "lost":
        storage.delete(path)
    else:
        storage.write_bytes(path, sound[:-1] if damage == "cut" else b"\0" * len(sound))
    assert find_marker(output, dataset.shard_part(0, 1)) is None
    if damage != "same size":  # `finished` compares sizes alone
        assert finished(output, 1) == {}
    assert write_shard(output, 0, 1) == marker
    assert storage.read_bytes(path) == sound
    assert finished(output, 1) == {0: marker}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"shard": 0}', b"\xff\xfe", b'{"shard": "x", "shards": {}}'],
)
def test_damaged_marker_does_not_count(tmp_path: Path, content: bytes) -> None:
    marker = write_shard(str(tmp_path), 0, 1)
    (tmp_path / dataset.shard_part(0, 1).marker).write_bytes(content)
    assert finished(tmp_path, 1) == {}
    assert write_shard(str(tmp_path), 0, 1) == marker
    assert finished(tmp_path, 1) == {0: marker}


def test_marker_of_another_shard_does_not_count(tmp_path: Path) -> None:
    write_shard(str(tmp_path), 0, 2)
    storage.write_bytes(
        tmp_path / dataset.shard_part(1, 2).marker,
        (tmp_path / dataset.shard_part(0, 2).marker).read_bytes(),
    )
    storage.delete(tmp_path / dataset.shard_part(0, 2).marker)
    assert finished(tmp_path, 2) == {}
    assert find_marker(tmp_path, dataset.shard_part(1, 2)) is None


def test_finished_takes_seconds_for_10_000_shards(tmp_path: Path) -> None:
    empty, count = Checksum(0, "AAAAAA==", "0" * 64), 10_000
    for folder in ("data", "rejected", "_shards"):
        for below in ("000", "001"):
            (tmp_path / folder / below).mkdir(parents=True)
    for index in range(count):
        names = [dataset.shard_part(index, count).data, dataset.shard_part(index, count).rejected]
        for name in names:
            (tmp_path / name).touch()
        marker = Marker(index, count, 0, 0, 0.0, {}, {}, {}, dict.fromkeys(names, empty))
        path = tmp_path / dataset.shard_part(index, count).marker
        path.write_bytes(marker_bytes(marker))
    started = time.monotonic()
    assert len(finished(tmp_path, count)) == count
    assert time.monotonic() - started < 10


def test_summary_adds_up(tmp_path: Path) -> None:
    markers = {index: write_shard(str(tmp_path), index, 2) for index in (1, 0)}
    summary = summarize(markers)
    assert summary.total == Yield(6, 4, 9.0)
    assert (summary.rows, summary.accepted_share, summary.hours) == (10, 0.6, 9 / 3600)
    assert summary.reasons == {"nothing_to_speak": 2, "wer": 2}
    assert summary.voices == {"ann": Yield(6, 0, 9.0), "bob": Yield(0, 2, 0.0)}
    assert summary.stats == {"teacher_s": 5.0, "frames": 20}
    assert len(summary.files) == 4
    assert summarize({}).accepted_share == 0


def test_manifest(output: str) -> None:
    markers = {index: write_shard(output, index, 2) for index in (0, 1)}
    write_manifest(output, [Run("", IDENTITY, {"wall_s": 3.5}, markers)])
    first = storage.read_bytes(f"{output}/manifest.json")
    backwards = dict(reversed(markers.items()))
    identity = dict(reversed(IDENTITY.items()))
    write_manifest(output, [Run("", identity, {"wall_s": 3.5}, backwards)])
    assert storage.read_bytes(f"{output}/manifest.json") == first
    manifest = json.loads(first)
    assert manifest["synthetic"] is True
    (run,) = manifest["runs"]
    assert (run["identity"], run["provenance"]) == (IDENTITY, {"wall_s": 3.5})
    assert manifest["counts"] == {"lines": 10, "accepted": 6, "rejected": 4}
    for name, stamp in manifest["files"].items():
        assert storage.fingerprint(f"{output}/{name}") == f"{stamp['bytes']}:{stamp['crc32c']}"
