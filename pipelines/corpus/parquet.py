"""Parquet, in batches, after a look at what its row groups declare."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.lines import Line, check_text_column, line_from_row, rejection
from pipelines.corpus.spans import SPAN_BYTES, WHOLE, Span
from speech.dataset.schema import Rejection
from speech.errors import InputError
from speech.reasons import Reason
from speech.storage import COLUMN_FETCH_BYTES, open_input

MAX_ROW_GROUP_BYTES = 512 * 2**20
_BATCH_ROWS = 256
_TEXTS = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
)


def read_parquet(
    path: str, name: str, config: CorpusConfig, span: Span = WHOLE
) -> Iterator[Line | Rejection]:
    """Rows of a span in the file's order; a cell that is not UTF-8 rejects its row alone.

    Raises:
        InputError: not Parquet, damaged, no text column, or row groups that decode to too much.
    """
    with _opened(path, config) as file:
        columns = _columns(file, config)
        groups = list(range(file.num_row_groups)[span.start : span.end])
        number = span.lines_before
        for batch in file.iter_batches(_BATCH_ROWS, row_groups=groups, columns=columns):
            for index in range(batch.num_rows):
                number += 1
                yield _read(batch, index, columns, f"{name}:{number}", config)


def count_parquet(path: str, config: CorpusConfig) -> int:
    """Rows, read through and not made into values, so that damage is met before a run begins."""
    with _opened(path, config) as file:
        columns = _columns(file, config)
        return sum(batch.num_rows for batch in file.iter_batches(_BATCH_ROWS, columns=columns))


def parquet_spans(path: str, config: CorpusConfig) -> list[tuple[Span, int]]:
    """Row groups, several small ones together, and their rows: from the footer alone."""
    with _opened(path, config) as file:
        groups = [file.metadata.row_group(index) for index in range(file.num_row_groups)]
        spans, start, size, rows, before = list[tuple[Span, int]](), 0, 0, 0, 0
        for index, group in enumerate(groups, 1):
            size, rows = size + group.total_byte_size, rows + group.num_rows
            if size >= SPAN_BYTES or index == len(groups):
                spans.append((Span(start, index, before), rows))
                start, size, rows, before = index, 0, 0, before + rows
        return spans


def _read(
    batch: pa.RecordBatch, index: int, columns: list[str], source: str, config: CorpusConfig
) -> Line | Rejection:
    try:
        row = {column: _cell(batch.column(column), index) for column in columns}
    except (ValueError, OverflowError) as error:  # a date that Python's cannot hold
        text = _cell(batch.column(config.text_column), index) or ""
        return rejection(text[: config.max_line_chars], Reason.MALFORMED_ROW, str(error), source)
    return line_from_row(row, source, config)


@contextmanager
def _opened(path: str, config: CorpusConfig) -> Iterator[pq.ParquetFile]:
    """The file, its text columns read as dictionaries: one large value repeated a million times in
    a small file stays one value in memory."""
    with open_input(path, COLUMN_FETCH_BYTES) as stream:
        try:
            plain = pq.ParquetFile(stream)
            check_text_column(plain.schema_arrow.names, path, config)
            columns = _columns(plain, config)
            _check_sizes(plain, columns, path)
            schema = plain.schema_arrow
            texts = [column for column in columns if _is_text(schema.field(column).type)]
            for column in columns:
                kind = schema.field(column).type
                if pa.types.is_null(kind):  # written from a table whose rows have no value in it
                    continue
                if column not in texts and column in (config.text_column, config.language_column):
                    raise InputError(f"{path}: column {column!r} is {kind}, not text")
                if pa.types.is_nested(kind):
                    raise InputError(f"{path}: column {column!r} is {kind}, not text or a number")
            yield pq.ParquetFile(stream, metadata=plain.metadata, read_dictionary=texts)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path}: cannot be read as Parquet: {error!s:.200}") from error


def _columns(file: pq.ParquetFile, config: CorpusConfig) -> list[str]:
    wanted = [config.text_column, config.id_column, config.language_column, config.voice_column]
    wanted += [config.phonemes_column] if config.phonemes_column else []
    return [
        column for column in dict.fromkeys(wanted) if file.schema_arrow.names.count(column) == 1
    ]


def _check_sizes(file: pq.ParquetFile, columns: list[str], path: str) -> None:
    for index in range(file.num_row_groups):
        group = file.metadata.row_group(index)
        chunks = (group.column(i) for i in range(group.num_columns))
        sizes = [
            chunk.total_uncompressed_size
            for chunk in chunks
            if chunk.path_in_schema.split(".")[0] in columns
        ]
        if sum(sizes) > MAX_ROW_GROUP_BYTES:
            raise InputError(
                f"{path}: row group {index} decodes to {sum(sizes) / 2**20:.0f} MiB of text; "
                f"allowed: {MAX_ROW_GROUP_BYTES / 2**20:.0f} (write smaller row groups)"
            )


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(test(kind) for test in _TEXTS)


def _cell(column: pa.Array, index: int) -> Any:
    """The value; text decoded here so that a bad byte is one row's matter (surrogateescape)."""
    value = column[index]
    if pa.types.is_dictionary(column.type):
        value = value.value if value.is_valid else pa.scalar(None)
    if value.is_valid and _is_text(value.type):
        return value.as_buffer().to_pybytes().decode("utf-8", "surrogateescape")
    return value.as_py()
