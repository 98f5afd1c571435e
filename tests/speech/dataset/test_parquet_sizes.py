"""Small files that decode to much are refused; large files that are what they seem are not."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eval.dataset.rows import open_dataset
from speech.dataset import parquet_sizes
from speech.dataset.clips import open_clips
from speech.dataset.parquet_sizes import check_sizes
from speech.errors import InputError, Refused
from tests.spoken import reference_clips, write_dataset

MIB = 1 << 20


@pytest.fixture(autouse=True)
def _less_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test needs less memory."""
    monkeypatch.setattr(parquet_sizes, "MIN_FILE_BYTES", 16 * MIB)


def audio(values: list[bytes]) -> pa.Array:
    return pa.StructArray.from_arrays([pa.array(values)], ["bytes"])


def check(table: pa.Table, path: Path, **options: object) -> None:
    pq.write_table(table, path, compression="zstd", **options)
    check_sizes(pq.ParquetFile(path), path.stat().st_size)


@pytest.mark.parametrize(
    ("table", "options"),
    [
        (pa.table({"audio": audio([b"y" * MIB] * 20)}), {}),
        (pa.table({"audio": audio([bytes(MIB)] * 20)}), {"use_dictionary": False}),
        (pa.table({"text": ["word " * 2_000] * 2_000}), {"row_group_size": 100}),
        (pa.table({"text": pa.array(["a"]).take(pa.array([0] * 4_000_000, pa.int8()))}), {}),
    ],
    ids=["one clip often", "zeros", "many row groups", "many rows"],
)
def test_bombs_are_refused(table: pa.Table, options: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"decode to more; allowed: 16 MiB"):
        check(table, tmp_path / "bomb.parquet", **options)
    assert (tmp_path / "bomb.parquet").stat().st_size < MIB / 10


def test_a_row_group_that_declares_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_sizes, "MAX_ROW_GROUP_BYTES", MIB)
    table = pa.table({"audio": audio([os.urandom(300_000) for _ in range(4)])})
    with pytest.raises(Refused, match=r"row group 0 declares 1 MiB; allowed: 1 MiB"):
        check(table, tmp_path / "large.parquet")
    check(table, tmp_path / "large.parquet", row_group_size=2)


def test_what_is_as_large_as_it_seems_passes(tmp_path: Path) -> None:
    """As pandas would write it, with dictionaries everywhere."""
    count = 60
    table = pa.table(
        {"audio": audio([os.urandom(500_000) for _ in range(count)]), "language": ["en"] * count}
    )
    check(table, tmp_path / "honest.parquet")
    check(table.slice(0, 0), tmp_path / "empty.parquet")


def test_trainings_and_the_report_name_the_file(tmp_path: Path) -> None:
    dataset = Path(write_dataset(tmp_path, reference_clips()[:2]))
    file = dataset / "data/train-00001-of-00002.parquet"
    table = pq.read_table(file)
    clip = pa.array([{"bytes": bytes(MIB), "path": "a.flac"}], table.schema.field("audio").type)
    rows = table.take([0] * 20)
    bomb = rows.set_column(
        1, table.schema.field("audio"), pa.chunked_array([clip]).combine_chunks().take([0] * 20)
    )
    pq.write_table(bomb, file, compression="zstd")
    with pytest.raises(InputError, match=r"train-00001-of-00002\.parquet is too large: its"):
        open_clips(str(dataset))
    rows_read = open_dataset(dataset)
    assert len(list(rows_read.accepted_rows(["id"]))) == 1
    assert list(rows_read.problems.values()) == [
        f"too large: its {file.stat().st_size:,} bytes decode to more; allowed: 16 MiB"
    ]
