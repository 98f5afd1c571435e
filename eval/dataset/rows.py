"""The rows of a dataset in the project's layout, streamed: no more than one row group is in memory."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from speech import storage
from speech.dataset.files import parquet_files
from speech.dataset.parquet_sizes import check_sizes
from speech.errors import InputError, Refused
from speech.storage import Location

BATCH = 64
Row = Mapping[str, Any]
"""a column that a file has not is None"""


@dataclass
class DatasetRows:
    """Its Parquet files, accepted and rejected; a damaged one is named and left out."""

    location: Location
    data: Sequence[str]
    rejected: Sequence[str]
    problems: dict[str, str] = field(default_factory=dict)
    """by file"""
    _checked: set[str] = field(default_factory=set)
    """files that are known to decode to no more than is allowed"""

    def accepted_rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
        """Every accepted row and its number, in the order of the files."""
        return self._rows(self.data, columns, None)

    def chosen_rows(
        self, columns: Sequence[str], numbers: Collection[int]
    ) -> Iterator[tuple[int, Row]]:
        """Those of the accepted rows alone; row groups without any are not read."""
        return self._rows(self.data, columns, set(numbers))

    def rejected_rows(self, columns: Sequence[str]) -> Iterator[Row]:
        return (row for _, row in self._rows(self.rejected, columns, None))

    def row_groups(self) -> list[range]:
        """The numbers of the accepted rows in each row group."""
        groups, start = [], 0
        for path in self.data:
            with storage.open_input(path, storage.COLUMN_FETCH_BYTES) as stream:
                metadata = self._open(path, stream)
                for group in range(metadata.num_row_groups if metadata else 0):
                    rows = metadata.metadata.row_group(group).num_rows  # type: ignore[union-attr]
                    groups.append(range(start, start + rows))
                    start += rows
        return groups

    def _rows(
        self, paths: Sequence[str], columns: Sequence[str], wanted: set[int] | None
    ) -> Iterator[tuple[int, Row]]:
        start = 0
        for path in paths:
            with storage.open_input(path, storage.COLUMN_FETCH_BYTES) as stream:
                file = self._open(path, stream)
                for group in range(file.num_row_groups if file else 0):
                    rows = file.metadata.row_group(group).num_rows  # type: ignore[union-attr]
                    numbers = range(start, start + rows)
                    start += rows
                    if wanted is None or not wanted.isdisjoint(numbers):
                        yield from self._group(path, file, group, columns, numbers, wanted)

    def _group(
        self,
        path: str,
        file: Any,
        group: int,
        columns: Sequence[str],
        numbers: range,
        wanted: set[int] | None,
    ) -> Iterator[tuple[int, Row]]:
        present = [name for name in columns if name in file.schema_arrow.names]
        missing = dict.fromkeys(columns)
        number = numbers.start
        try:
            for batch in file.iter_batches(BATCH, row_groups=[group], columns=present):
                for offset in range(batch.num_rows):
                    if wanted is None or number in wanted:
                        row = batch.slice(offset, 1).to_pylist()[0] if present else {}
                        yield number, {**missing, **row}
                    number += 1
        except (pa.ArrowException, OSError) as error:
            self.problems[path] = f"{error!s:.200}"

    def _open(self, path: str, stream: Any) -> pq.ParquetFile | None:
        try:
            file = pq.ParquetFile(stream)
            if path not in self._checked:
                check_sizes(file, stream.seek(0, os.SEEK_END))
                self._checked.add(path)
            return file
        except Refused as refused:
            self.problems[path] = f"too large: {refused.detail}"
            return None
        except (pa.ArrowException, OSError) as error:
            self.problems[path] = f"no Parquet file, or a damaged one: {error!s:.120}"
            return None


def open_dataset(location: Location) -> DatasetRows:
    """Raises InputError: neither accepted nor rejected rows there, or a file from elsewhere."""
    found = {folder: parquet_files(location, folder) for folder in ("data", "rejected")}
    if not any(found.values()):
        raise InputError(
            f"{location} is no dataset: it has no data/*.parquet (make synth writes one)"
        )
    return DatasetRows(location, found["data"], found["rejected"])
