"""Tables of text. With commas and semicolons fields may be quoted as RFC 4180 says; with other
delimiters there is no quoting, a line is a row."""

import csv
from collections import deque
from collections.abc import Iterator

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import MAX_ROW_CHARS, PhysicalLine, physical_lines
from pipelines.corpus.layouts import QUOTED, Layout
from pipelines.corpus.lines import Line, check_text_column, line_from_row, rejection, unreadable
from speech.dataset.schema import Rejection
from speech.reasons import Reason

_MAX_RECORD_LINES = 100  # a quoted field over more lines is a quote that was never closed

Record = tuple[PhysicalLine, list[str] | csv.Error]
"""the line it begins on and its fields"""


def read_delimited(
    path: str, name: str, layout: Layout, config: CorpusConfig
) -> Iterator[Line | Rejection]:
    """The rows under the header; a malformed one costs its own first line and no more.

    Raises:
        InputError: there is no text column, or there are two.
    """
    lines = physical_lines(path, MAX_ROW_CHARS, config.encoding)
    delimiter, names = layout.delimiter, layout.columns
    divided = _quoted_records if delimiter in QUOTED else _plain_records
    records = divided(lines, delimiter)
    if names is None:
        _, header = next(records, (None, []))
        names = () if isinstance(header, csv.Error) else tuple(header)
    columns = [column.strip() for column in names]
    check_text_column(columns, path, config)
    for line, fields in records:
        yield _read(line, fields, columns, f"{name}:{line.number}", config)


def _read(
    line: PhysicalLine,
    fields: list[str] | csv.Error,
    columns: list[str],
    source: str,
    config: CorpusConfig,
) -> Line | Rejection:
    if refused := unreadable(line, source, config.encoding):
        return refused
    if isinstance(fields, csv.Error):
        return rejection(line.text, Reason.MALFORMED_ROW, str(fields), source)
    if not line.text.strip():
        return rejection(line.text, Reason.EMPTY, "blank line", source)
    if len(fields) != len(columns):
        detail = f"{len(fields)} fields under {len(columns)} columns"
        return rejection(line.text, Reason.MALFORMED_ROW, detail, source)
    return line_from_row(dict(zip(columns, fields, strict=True)), source, config)


def _plain_records(lines: Iterator[PhysicalLine], delimiter: str) -> Iterator[Record]:
    for line in lines:
        yield line, line.text.split(delimiter)


def _quoted_records(lines: Iterator[PhysicalLine], delimiter: str) -> Iterator[Record]:
    """A record over several lines is tried with one line more each time, so that a quote that is
    never closed does not swallow the rest of the file."""
    waiting: deque[PhysicalLine] = deque()

    def following() -> PhysicalLine | None:
        return waiting.popleft() if waiting else next(lines, None)

    while first := following():
        group = [first]
        while isinstance(fields := _fields(group, delimiter), csv.Error):
            more = following() if _is_open(fields, group) else None
            if more is None:
                break
            group.append(more)
        if isinstance(fields, csv.Error):
            waiting.extendleft(reversed(group[1:]))
        yield first, fields


def _is_open(error: csv.Error, group: list[PhysicalLine]) -> bool:
    chars = sum(len(line.text) for line in group)
    is_short = len(group) < _MAX_RECORD_LINES and chars < MAX_ROW_CHARS
    return is_short and not group[-1].is_cut and "unexpected end" in str(error)


def _fields(group: list[PhysicalLine], delimiter: str) -> list[str] | csv.Error:
    """Of one record, or the error; NUL is left out because Python before 3.11 refuses it."""
    try:
        rows = (f"{line.text}\n".replace("\0", "") for line in group)
        return next(csv.reader(rows, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return error
