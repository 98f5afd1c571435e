import io
import os
import tracemalloc
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
from clips import make_clip
from datasets import Audio, load_dataset

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.dataset import layout as dataset
from speech.dataset.layout import shard_part
from speech.dataset.markers import Marker, Yield, finished
from speech.dataset.schema import Clip, Rejection, clip_features, rejection_features
from speech.dataset.writer import PartWriter
from speech.errors import InputError

CLIP = make_clip(seed=2**62, cer=0.25, audio=b"fLaC" + b"0" * 96)
REJECTION = Rejection(
    id="r1", text="...", reason="nothing_to_speak", stage="text", source="a.txt:3"
)
DATA, REJECTED = dataset.shard_part(0, 1).data, dataset.shard_part(0, 1).rejected


@pytest.fixture(params=["local", "gcs"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "dataset")
    return storage.join(request.getfixturevalue("gcs_bucket"), "dataset")


def write(output: str | Path, clips: Iterable[Clip] = (CLIP,), **options: Any) -> Marker:
    with PartWriter(output, shard_part(0, 1), **options) as writer:
        for clip in clips:
            writer.accept(clip)
        writer.reject(REJECTION)
        writer.reject(replace(REJECTION, reason="wer", speaker_id="ann", audio=b"fLaC", wer=0.5))
        return writer.finish({"frames": np.int64(7), "teacher_s": np.float32(0.5)})


def read(output: str | Path, name: str) -> pa.Table:
    return pq.read_table(pa.BufferReader(storage.read_bytes(storage.join(output, name))))


def test_rows_come_back(output: str) -> None:
    marker = write(output)
    clips, rejections = read(output, DATA), read(output, REJECTED)
    assert clips.schema.equals(clip_features().arrow_schema, check_metadata=True)
    assert rejections.schema.equals(rejection_features().arrow_schema, check_metadata=True)
    assert clips.to_pylist() == [CLIP.to_row()]
    assert [row["reason"] for row in rejections.to_pylist()] == ["nothing_to_speak", "wer"]
    assert [row["audio"] for row in rejections.to_pylist()] == [
        None,
        {"bytes": b"fLaC", "path": "r1.flac"},
    ]
    assert (marker.accepted, marker.rejected, marker.audio_s) == (1, 2, 1.5)
    assert marker.reasons == {"nothing_to_speak": 1, "wer": 1}
    assert marker.voices == {"ann": Yield(1, 1, 1.5)}
    assert marker.stats == {"frames": 7, "teacher_s": 0.5}
    assert finished(output, 1) == {0: marker}


def test_empty_shard_has_its_schema(output: str) -> None:
    with PartWriter(output, shard_part(3, 12)) as writer:
        marker = writer.finish({})
    for name, schema in (
        ("data/train-00003-of-00012.parquet", clip_features().arrow_schema),
        ("rejected/rejected-00003-of-00012.parquet", rejection_features().arrow_schema),
    ):
        table = read(output, name)
        assert table.num_rows == 0
        assert table.schema.equals(schema, check_metadata=True)
    assert storage.exists(storage.join(output, "_shards/shard-00003-of-00012.json"))
    assert finished(output, 12) == {3: marker}


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    clips = [replace(CLIP, id=f"{i:016x}", audio=os.urandom(300)) for i in range(1_200)]
    one = write(tmp_path / "one", clips, row_group_bytes=100_000)
    two = write(tmp_path / "two", clips, row_group_bytes=100_000)
    assert one == two
    assert (tmp_path / "one" / DATA).read_bytes() == (tmp_path / "two" / DATA).read_bytes()
    assert write(tmp_path / "three", clips[::-1], row_group_bytes=100_000) != one


def test_row_groups_are_bounded(tmp_path: Path) -> None:
    clips = [replace(CLIP, audio=bytes(100))] * 2_500
    write(tmp_path / "rows", clips)
    write(tmp_path / "bytes", clips, row_group_bytes=50_000)

    def sizes(name: str) -> list[int]:
        metadata = pq.read_metadata(tmp_path / name / DATA)
        return [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]

    assert sizes("rows") == [1_000, 1_000, 500]
    assert sizes("bytes") == [500] * 5


def test_memory_is_one_row_group(tmp_path: Path) -> None:
    def peak_mb(name: str, rows: int) -> float:
        tracemalloc.start()
        arrow_before = pa.total_allocated_bytes()
        clips = (replace(CLIP, audio=os.urandom(20_000)) for _ in range(rows))
        write(tmp_path / name, clips, row_group_bytes=4 << 20)
        assert pa.total_allocated_bytes() - arrow_before < 1 << 20
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak / 2**20

    small, large = peak_mb("small", 500), peak_mb("large", 5_000)
    assert large < 16
    assert large < 1.15 * small


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_resident_memory_is_flat(tmp_path: Path) -> None:
    """tracemalloc does not see what Arrow holds."""
    after: list[float] = []

    def clips(rows: int) -> Iterable[Clip]:
        for number in range(rows):
            yield replace(CLIP, audio=os.urandom(20_000))
            if number in (2_000, rows - 1):
                after.append(resident_mb())

    write(tmp_path, clips(20_000), row_group_bytes=16 << 20)
    assert after[1] - after[0] < 64, "380 MB went through"


def test_datasets_gives_audio_at_24_khz(tmp_path: Path) -> None:
    tone = 0.5 * np.sin(np.arange(SAMPLE_RATE) / 10)
    flac = io.BytesIO()
    soundfile.write(flac, tone, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    write(tmp_path, [replace(CLIP, audio=flac.getvalue())])
    loaded = load_dataset(
        "parquet",
        data_files=str(tmp_path / "data" / "*.parquet"),
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    assert isinstance(loaded.features["audio"], Audio)
    assert loaded.features["audio"].sampling_rate == SAMPLE_RATE
    raw = loaded.cast_column("audio", Audio(decode=False))[0]["audio"]["bytes"]
    samples, rate = soundfile.read(io.BytesIO(raw))
    assert rate == SAMPLE_RATE
    np.testing.assert_allclose(samples, tone, atol=2**-15)


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "nul\0", "\u202eevil", "a\r\nb", "\x85\u2028", ""]
)
def test_hostile_text_is_kept_as_it_is(text: str, tmp_path: Path) -> None:
    write(tmp_path, [replace(CLIP, text=text, transcript=text)])
    row = read(tmp_path, DATA).to_pylist()[0]
    assert (row["text"], row["transcript"]) == (text, text)


def test_lone_surrogates_are_escaped(tmp_path: Path) -> None:
    with PartWriter(tmp_path, shard_part(0, 1)) as writer:
        writer.reject(replace(REJECTION, text="a\ud800b", speaker_id="\udc80"))
        marker = writer.finish({})
    assert read(tmp_path, REJECTED).to_pylist()[0]["text"] == r"a\ud800b"
    assert finished(tmp_path, 1) == {0: marker}


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_marker_is_last(output: str, fails_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever file cannot be written, the shard does not count, and a second try mends it."""
    order: list[str] = []

    def failing(write_file):  # type: ignore[no-untyped-def]
        def call(*arguments, **options):  # type: ignore[no-untyped-def]
            # write_bytes(path, ...) and publish(local, path, ...)
            place = arguments[0] if isinstance(arguments[0], str) else arguments[1]
            order.append(place.removeprefix(output + "/"))
            if len(order) - 1 == fails_at:
                raise InputError("cannot write")
            return write_file(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(storage, "publish", failing(storage.publish))
        patch.setattr(storage, "write_bytes", failing(storage.write_bytes))
        with pytest.raises(InputError, match="cannot write"):
            write(output)
    assert order == [REJECTED, DATA, dataset.shard_part(0, 1).marker][: fails_at + 1]
    assert finished(output, 1) == {}
    marker = write(output)
    assert finished(output, 1) == {0: marker}


def test_nothing_is_published_after_an_exception(tmp_path: Path) -> None:
    output, scratch = tmp_path / "out", tmp_path / "scratch"

    def interrupted() -> Iterable[Clip]:
        yield CLIP
        raise KeyError

    with pytest.raises(KeyError):
        write(output, interrupted(), scratch=scratch)
    assert not output.exists()
    assert os.listdir(scratch) == []
    with PartWriter(output, shard_part(0, 1)) as writer:
        writer.accept(CLIP)  # and no finish
    assert [path for path in output.rglob("*") if path.is_file()] == []


def test_scratch_is_removed(output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "system"))
    write(output)
    left = [path for path in tmp_path.rglob("*") if ".tmp-" in path.name]
    assert left == []
    if storage.is_gcs(output):
        assert not (tmp_path / "system").exists() or os.listdir(tmp_path / "system") == []


def test_failing_disk_is_one_line(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk: both fail in the middle of a write."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(InputError, match=r"cannot write .*File too large"):
            write(tmp_path, [replace(CLIP, audio=bytes(1 << 20))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert finished(tmp_path, 1) == {}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_late_worker_keeps_the_finished_shard(output: str) -> None:
    with PartWriter(output, shard_part(0, 1)) as zombie:
        zombie.accept(replace(CLIP, text="of the zombie"))
        marker = write(output)
        assert zombie.finish({}) == marker
    assert read(output, DATA).to_pylist() == [CLIP.to_row()]
    assert finished(output, 1) == {0: marker}


def test_late_worker_loses_before_the_marker(gcs_bucket: str) -> None:
    """The successor has put its data there and not yet its marker."""
    with PartWriter(gcs_bucket, shard_part(0, 1)) as zombie:
        zombie.accept(replace(CLIP, text="of the zombie"))
        write(gcs_bucket)
        storage.delete(storage.join(gcs_bucket, dataset.shard_part(0, 1).marker))
        with pytest.raises(RuntimeError, match="another worker"):
            zombie.finish({})
    assert read(gcs_bucket, DATA).to_pylist() == [CLIP.to_row()]


def test_eight_workers_one_winner(output: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        markers = list(pool.map(lambda _: write(output), range(8)))
    assert markers == [markers[0]] * 8
    assert finished(output, 1) == {0: markers[0]}
    assert set(storage.list_files(storage.join(output, "data"))) == {DATA.split("/")[1]}
