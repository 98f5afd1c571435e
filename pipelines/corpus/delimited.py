"""Tables of text. With commas and semicolons fields may be quoted as RFC 4180 says; with other
delimiters there is no quoting, a line is a row."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import MAX_ROW_CHARS, PhysicalLine, physical_lines
from pipelines.corpus.layouts import QUOTED, Layout, layout_of
from pipelines.corpus.lines import Line, check_text_column, line_from_row, rejection, unreadable
from pipelines.corpus.spans import WHOLE, Ends, Span
from speech.dataset.schema import Rejection
from speech.reasons import Reason

_MAX_RECORD_LINES = 100  # a quoted field over more lines is a quote that was never closed


@dataclass(frozen=True)
class Record:
    line: PhysicalLine
    """it begins on"""
    lines: int
    fields: list[str] | csv.Error


def table_layout(path: str, kind: str, config: CorpusConfig) -> Layout:
    """With the columns that its header names, where it has one: all that a span is read with."""
    layout = layout_of(path, kind, config)
    if layout.columns is not None:
        return layout
    header = next(_records(path, layout, config, WHOLE), None)
    names = [] if header is None or isinstance(header.fields, csv.Error) else header.fields
    return replace(layout, columns=tuple(names), has_header=True)


def read_delimited(
    path: str, name: str, layout: Layout, config: CorpusConfig, span: Span = WHOLE
) -> Iterator[Line | Rejection]:
    """The rows of a span; a malformed one costs its own first line and no more.

    Raises:
        InputError: there is no text column, or there are two.
    """
    columns = [column.strip() for column in layout.columns or ()]
    check_text_column(columns, path, config)
    for record in _rows(path, layout, config, span):
        yield _read(record, columns, f"{name}:{record.line.number}", config)


def count_rows(
    path: str, layout: Layout, config: CorpusConfig, span: Span, ends: Ends
) -> tuple[int, int]:
    """How many rows begin in a span, and how many lines beyond it belong to its last."""
    header = layout.has_header and not span.start
    if layout.delimiter not in QUOTED or not ends.has_quotes:
        return max(ends.lines - span.skip - header, 0), max(span.skip - ends.lines, 0)
    rows, lines = 0, span.skip
    for record in _records(path, layout, config, span):
        rows, lines = rows + 1, lines + record.lines
    return max(rows - header, 0), max(lines - ends.lines, 0)


def _rows(path: str, layout: Layout, config: CorpusConfig, span: Span) -> Iterator[Record]:
    header = layout.has_header and not span.start
    return islice(_records(path, layout, config, span), int(header), None)


def _records(path: str, layout: Layout, config: CorpusConfig, span: Span) -> Iterator[Record]:
    """Those that begin in a span, of which the last may go on beyond it."""
    own = physical_lines(path, MAX_ROW_CHARS, config.encoding, span)
    lines = islice(own, span.skip, None)
    if layout.delimiter not in QUOTED:
        return (Record(line, 1, line.text.split(layout.delimiter)) for line in lines)
    after = Span(span.end, WHOLE.end)
    beyond = physical_lines(path, MAX_ROW_CHARS, config.encoding, after)
    return _quoted_records(lines, beyond if after.start < after.end else iter(()), layout.delimiter)


def _read(
    record: Record, columns: list[str], source: str, config: CorpusConfig
) -> Line | Rejection:
    line, fields = record.line, record.fields
    if refused := unreadable(line, source, config.encoding):
        return refused
    if isinstance(fields, csv.Error):
        return rejection(line.text, Reason.MALFORMED_ROW, str(fields), source)
    if not line.text.strip():
        return rejection(line.text, Reason.EMPTY, "blank line", source)
    if len(fields) != len(columns):
        detail = f"{len(fields)} fields under {len(columns)} columns"
        return rejection(line.text, Reason.MALFORMED_ROW, detail, source)
    row = dict(zip(columns, fields, strict=True))
    for column in {config.language_column, config.voice_column} & row.keys():
        row[column] = row[column].strip()  # a space names nothing
    return line_from_row(row, source, config)


def _quoted_records(
    lines: Iterator[PhysicalLine], beyond: Iterator[PhysicalLine], delimiter: str
) -> Iterator[Record]:
    """A record over several lines is tried with one line more each time, so that a quote that is
    never closed does not swallow the rest of the file. Lines `beyond` begin no record."""
    waiting, borrowed = deque[PhysicalLine](), 0

    def following() -> PhysicalLine | None:
        return waiting.popleft() if waiting else next(lines, None)

    while not (borrowed and len(waiting) <= borrowed) and (first := following()):
        group = [first]
        while isinstance(fields := _fields(group, delimiter), csv.Error):
            if not _is_open(fields, group):
                break
            more = following()
            if more is None and (more := next(beyond, None)):
                borrowed += 1
            if more is None:
                break
            group.append(more)
        if isinstance(fields, csv.Error):
            waiting.extendleft(reversed(group[1:]))
            del group[1:]
        yield Record(first, len(group), fields)


def _is_open(error: csv.Error, group: list[PhysicalLine]) -> bool:
    chars = sum(len(line.text) for line in group)
    is_short = len(group) < _MAX_RECORD_LINES and chars < MAX_ROW_CHARS
    return is_short and not group[-1].is_cut and "unexpected end" in str(error)


def _fields(group: list[PhysicalLine], delimiter: str) -> list[str] | csv.Error:
    """Of one record, or the error; NUL is left out because Python before 3.11 refuses it."""
    try:
        rows = (f"{line.text}\n".replace("\0", "") for line in group)
        reader = csv.reader(rows, delimiter=delimiter, skipinitialspace=True, strict=True)
        return next(reader)
    except csv.Error as error:
        return error
