"""Windows over the rows of Parquet files, of which only the row groups that they touch are read."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.corpus import CorpusConfig, CorpusFile, read_lines
from pipelines.planning.text_windows import READERS, Items
from pipelines.planning.windows import Stretch
from speech.errors import InputError
from speech.storage import COLUMN_FETCH_BYTES, open_input

BATCH_ROWS = 1024


def count_rows(files: Sequence[CorpusFile]) -> list[int]:
    """As the files' footers say.

    Raises:
        InputError: one that is not Parquet.
    """
    with ThreadPoolExecutor(READERS) as pool:
        return [*pool.map(_rows, files)]


def _rows(file: CorpusFile) -> int:
    try:
        with open_input(file.path, COLUMN_FETCH_BYTES) as stream:
            return int(pq.ParquetFile(stream).metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{file.path}: cannot be read as Parquet: {error!s:.200}") from error


def read_windows(
    files: Sequence[CorpusFile], stretches: Sequence[Stretch], config: CorpusConfig
) -> Iterator[tuple[int, Items]]:
    """(number of its window, its rows) of each stretch.

    Raises:
        InputError: a file that is damaged, or has no text.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sample.parquet"
        for stretch in stretches:
            file = files[stretch.file]
            try:
                _copy(file, stretch, path)
                yield stretch.window, [*read_lines(CorpusFile(str(path), "parquet", ""), config)]
            except InputError as error:
                raise InputError(str(error).replace(str(path), file.path)) from error


def _copy(file: CorpusFile, stretch: Stretch, path: Path) -> None:
    """Those rows as a file of their own."""
    try:
        with open_input(file.path, COLUMN_FETCH_BYTES) as stream:
            source = pq.ParquetFile(stream)
            with pq.ParquetWriter(path, source.schema_arrow) as writer:
                for batch in _batches(source, stretch):
                    writer.write_batch(batch)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{file.path}: cannot be read as Parquet: {error!s:.200}") from error


def _batches(source: pq.ParquetFile, stretch: Stretch) -> Iterator[pa.RecordBatch]:
    """The rows of a stretch, from the row groups that hold it."""
    before = 0
    for group in range(source.num_row_groups):
        rows = source.metadata.row_group(group).num_rows
        if before < stretch.stop and stretch.start < before + rows:
            at = before
            for batch in source.iter_batches(BATCH_ROWS, row_groups=[group]):
                begin, end = max(stretch.start - at, 0), min(stretch.stop - at, batch.num_rows)
                if begin < end:
                    yield batch.slice(begin, end - begin)
                at += batch.num_rows
                if at >= stretch.stop:
                    return
        before += rows
