"""The parts of a corpus, each read by one worker: files, or spans of files that are large.

Where lines are many they are counted in three steps, none of which is of the whole corpus at once
in one place but the second, which sees numbers alone:

    part -> `split_part` -> spans -> `count_part` of each -> `number_parts` of all

What is read of a part does not depend on how its file was split.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import open_bytes
from pipelines.corpus.delimited import count_rows, table_layout
from pipelines.corpus.files import (
    CorpusFile,
    count_lines,
    is_delimited,
    is_splittable,
    read_lines,
)
from pipelines.corpus.layouts import Layout
from pipelines.corpus.lines import Line
from pipelines.corpus.parquet import parquet_spans
from pipelines.corpus.spans import WHOLE, Span, count_ends, spans_of
from speech.dataset.markers import READERS
from speech.dataset.schema import Rejection


@dataclass(frozen=True)
class CorpusPart:
    """A file of the corpus, its beginning, or a span of it."""

    file: CorpusFile
    number: int
    """the place of the file among the files"""
    lines: int | None
    """that are read, as they were counted; None: they are yet to be"""
    is_cut: bool = False
    """whether `limit` leaves out some of its lines"""
    span: Span = WHOLE
    layout: Layout | None = None
    """of a table that is read in spans"""
    items_before: int = 0
    """items of the same file in earlier spans"""

    def read(self, config: CorpusConfig) -> Iterator[Line | Rejection]:
        """What is there, even if it is not what was counted; where it is cut, its beginning.

        Each line has its place in the corpus.
        """
        lines = read_lines(self.file, config, self.span, self.layout)
        for index, line in enumerate(islice(lines, self.lines if self.is_cut else None)):
            place = (self.number, self.items_before + index)
            yield replace(line, place=place) if isinstance(line, Line) else line


@dataclass(frozen=True)
class PartCount:
    items: int
    """lines of text, or rows of a table"""
    lines: int
    """of the file, as its line numbers count them"""
    beyond: int = 0
    """lines after the part that its last row takes"""


def split_part(part: CorpusPart, config: CorpusConfig) -> Iterator[CorpusPart]:
    """The spans of a file whose lines are yet to be counted; any other part as it is.

    Raises:
        InputError: a file that cannot be read.
    """
    if part.lines is not None or not is_splittable(part.file, config):
        yield part
    elif part.file.kind == "parquet":
        for span, rows in parquet_spans(part.file.path, config):
            yield replace(part, span=span, lines=rows)
    else:
        path, kind = part.file.path, part.file.kind
        layout = table_layout(path, kind, config) if is_delimited(part.file, config) else None
        for span in spans_of(part.file.size):
            yield replace(part, span=span, layout=layout)


def count_part(part: CorpusPart, config: CorpusConfig) -> PartCount:
    """Of lines no more than their ends are read, but for tables with quotes.

    Raises:
        InputError: a file that cannot be read.
    """
    if part.lines is not None:
        return PartCount(part.lines, part.lines)
    if part.span == WHOLE:
        items = count_lines(part.file, config)
        return PartCount(items, items)
    with open_bytes(part.file.path, part.span) as stream:
        ends = count_ends(stream)
    if part.layout is None:
        return PartCount(ends.lines, ends.lines)
    rows, beyond = count_rows(part.file.path, part.layout, config, part.span, ends)
    return PartCount(rows, ends.lines, beyond)


def count_parts(
    parts: Sequence[CorpusPart], config: CorpusConfig, limit: int | None
) -> list[CorpusPart]:
    """All three steps by threads of this process: some seconds for 20 million lines on a disk.

    Raises:
        InputError: a file that cannot be read.
    """
    spans = [span for part in parts for span in split_part(part, config)]
    with ThreadPoolExecutor(READERS) as pool:
        counts = list(pool.map(lambda part: count_part(part, config), spans))
    return list(number_parts(spans, counts, config, limit))


def number_parts(
    parts: Sequence[CorpusPart],
    counts: Sequence[PartCount],
    config: CorpusConfig,
    limit: int | None = None,
) -> Iterator[CorpusPart]:
    """The parts in the order of the corpus with their lines, up to `limit`; empty ones are left out.

    A part that begins within a quoted field over several lines is counted once more, here.

    Args:
        counts: of each part, from `count_part`.

    Raises:
        RuntimeError: a span of a file is missing.
    """
    pairs = sorted(zip(parts, counts, strict=True), key=lambda pair: _order(pair[0]))
    _check_whole([part for part, _ in pairs])
    last, items, lines, skip, left = -1, 0, 0, 0, limit
    for part, counted in pairs:
        if part.number != last:
            last, items, lines, skip = part.number, 0, 0, 0
        if skip:
            part = replace(part, span=replace(part.span, skip=skip))
            counted = count_part(part, config)
        found = counted.items if left is None else min(left, counted.items)
        if found:
            span = part.span if part.span == WHOLE else replace(part.span, lines_before=lines)
            yield replace(
                part,
                span=span,
                lines=found,
                is_cut=part.is_cut or found < counted.items,
                items_before=items,
            )
        items, lines, skip = items + counted.items, lines + counted.lines, counted.beyond
        left = None if left is None else left - found


def _check_whole(parts: Sequence[CorpusPart]) -> None:
    """Each file's spans follow each other, from its beginning to its end."""
    for before, part in pairwise([None, *parts, None]):
        is_same = before and part and before.number == part.number
        if before and not is_same and before.span != WHOLE and before.file.kind != "parquet":
            _check_edge(before.file, before.span.end, before.file.size)
        if part:
            _check_edge(part.file, part.span.start, before.span.end if before and is_same else 0)


def _check_edge(file: CorpusFile, found: int, expected: int) -> None:
    if found != expected:
        raise RuntimeError(f"{file.path} was not counted between {expected} and {found}")


def _order(part: CorpusPart) -> tuple[int, int, int]:
    return part.number, part.span.start, part.span.end
