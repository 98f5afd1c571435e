"""Who wants a column of a dataset on a bucket does not fetch its audio."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from clips import make_clip
from google.cloud.storage import Blob

from eval.dataset.rows import open_dataset
from pipelines.push.dataset import _provenance
from pipelines.text.plan_files import read_unit, write_plan_file
from pipelines.verify.shard_check import check_shard
from speech import storage
from speech.dataset.columns import check_columns
from speech.dataset.ids import read_ids
from speech.dataset.layout import Part, list_parts, shard_part
from speech.dataset.schema import Rejection
from speech.dataset.writer import PartWriter

CLIPS = 16
AUDIO = random.Random(3).randbytes(1 << 19)
SHARD = shard_part(0, 1)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Bytes of each answer."""
    found: list[int] = []
    real = Blob.download_as_bytes

    def download(blob: Blob, **given: Any) -> bytes:
        content = bytes(real(blob, **given))
        found.append(len(content))
        return content

    monkeypatch.setattr(Blob, "download_as_bytes", download)
    return found


@pytest.fixture
def output(gcs_bucket: str) -> str:
    """A shard of eight row groups of 1 MiB of audio."""
    with PartWriter(gcs_bucket, SHARD, 1 << 20) as writer:
        for number in range(CLIPS):
            writer.accept(make_clip(number, audio=AUDIO))
        writer.finish({})
    return gcs_bucket


def sizes(output: str) -> dict[str, int]:
    found = (list_parts(output, folder) for folder in ("data", "rejected", "_shards"))
    return {name: size for folder in found for name, size in folder.items()}


def columns_of(output: str, part: Part) -> None:
    assert len(list(read_ids(output, part.files))) == CLIPS


def provenance(output: str, part: Part) -> None:
    assert len(_provenance(storage.join(output, part.data))) == 1


def report(output: str, part: Part) -> None:
    rows = open_dataset(output)
    assert len(list(rows.accepted_rows(["mos", "text"]))) == CLIPS
    assert len(rows.row_groups()) == CLIPS // 2


@pytest.mark.parametrize("read", [columns_of, check_columns, provenance, report])
def test_a_column_is_fetched_without_audio(
    output: str, fetched: list[int], read: Callable[[str, Part], None]
) -> None:
    read(output, SHARD)
    assert 0 < sum(fetched) < CLIPS * len(AUDIO) / 4


def test_verifying_reads_audio_once(output: str, fetched: list[int]) -> None:
    assert check_shard(output, SHARD, None, sizes(output), lambda _: None).marker
    assert sum(fetched) < 1.25 * CLIPS * len(AUDIO)


def test_a_unit_is_read_without_the_rest_of_its_plan(gcs_bucket: str, fetched: list[int]) -> None:
    draw = random.Random(4)
    rows = [
        Rejection(id=f"r{n}", text=draw.randbytes(500).hex(), reason="empty", stage="text")
        for n in range(1000)
    ]
    write_plan_file(gcs_bucket, SHARD, rows, 100)
    assert len(read_unit(gcs_bucket, SHARD, 0)) == 100
    assert sum(fetched) < storage.list_files(f"{gcs_bucket}/_shards/plan").popitem()[1] / 2
