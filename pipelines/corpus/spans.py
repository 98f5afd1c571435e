"""Spans of a file, each read by itself: together they give what a reader of the whole is given.

A span of text is given by bytes, chosen from the size of the file alone. The lines that begin in it
are its own, up to the end of the last, wherever that is.
"""

import codecs
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

SPAN_BYTES = 4 * 2**20
"""of text: some minutes of cleaning and normalising it"""
FIRST_FETCH_BYTES, FETCH_BYTES = 2**16, 2**20
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BYTE_IS_LINE_END = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp125\d|koi8-[rtu]|gb2312|gbk|gb18030|big5|cp950|shift_jis|cp932|"
    r"cp949|euc_jp"
)


@dataclass(frozen=True)
class Span:
    """The lines that begin in the bytes [start, end) of a file; of Parquet, these row groups."""

    start: int
    end: int
    lines_before: int = 0
    """in the file, once they have been counted; of Parquet, rows"""
    skip: int = 0
    """of its lines, the first that end a record which began before it"""


WHOLE = Span(0, sys.maxsize)


def is_cut_by_bytes(encoding: str) -> bool:
    """Whether the bytes \\n and \\r are line ends wherever they stand, and a decoder that begins
    after one misses nothing: not so in UTF-16, EBCDIC and what has shift sequences."""
    return _BYTE_IS_LINE_END.fullmatch(codecs.lookup(encoding).name) is not None


def spans_of(size: int) -> Iterator[Span]:
    """Of a file of `size` bytes, in order; their ends do not depend on what is in it."""
    for start in range(0, size, SPAN_BYTES):
        yield Span(start, min(start + SPAN_BYTES, size))


class SpanStream(io.RawIOBase):
    """The bytes of the lines of a span. Little more than the span is fetched."""

    def __init__(self, stream: BinaryIO, span: Span, most_bytes: int) -> None:
        """Args:
        most_bytes: of the last line, how many are given beyond the span.
        """
        self._blocks = _own_lines(_fetched(stream, span, most_bytes), span)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def _fetched(stream: BinaryIO, span: Span, most_bytes: int) -> Iterator[tuple[int, bytes]]:
    """(where it stands, block), from the byte before the span, by which is told if a line begins."""
    if span.start >= span.end:
        return
    position, size = max(span.start - 1, 0), FIRST_FETCH_BYTES
    if position:
        stream.seek(position)
    last = span.end + most_bytes
    while position < last:
        is_inside = position < span.end
        wanted = min(size, span.end - position) if is_inside else FIRST_FETCH_BYTES
        block = stream.read(min(wanted, last - position))
        if not block:
            return
        yield position, block
        position, size = position + len(block), min(2 * size, FETCH_BYTES)


def _own_lines(blocks: Iterator[tuple[int, bytes]], span: Span) -> Iterator[bytes]:
    """From the first line that begins in the span to the end of the last."""
    has_begun, is_after_return = not span.start, False
    for position, block in blocks:
        is_first = not has_begun
        if is_first and position >= span.end:
            return
        if is_after_return:  # at the end of the block before; a \n belongs to it
            pair = block.startswith(b"\n")
            if has_begun:
                yield block[:pair]
                return
            block, position = block[pair:], position + pair
        elif is_first:
            found = _LINE_END.search(block)
            is_after_return = _may_go_on(found, block)
            if found is None or is_after_return:
                continue
            block, position = block[found.end() :], position + found.end()
        has_begun, is_after_return = True, False
        if is_first and position >= span.end:
            return
        if position + len(block) < span.end:
            yield block
            continue
        found = _LINE_END.search(block, max(span.end - 1 - position, 0))
        is_after_return = _may_go_on(found, block)
        yield block[: found.end()] if found else block
        if found and not is_after_return:
            return


def _may_go_on(line_end: re.Match[bytes] | None, block: bytes) -> bool:
    """A \r is the last byte of the block."""
    return line_end is not None and line_end.end() == len(block) and line_end[0] == b"\r"


@dataclass(frozen=True)
class Ends:
    """What was counted of the bytes of a span."""

    lines: int
    has_quotes: bool


def count_ends(stream: BinaryIO) -> Ends:
    """The lines of a stream, and whether there is a quote in it: no line is decoded."""
    lines, has_quotes, last = 0, False, b""
    while block := stream.read(FETCH_BYTES):
        lines += block.count(b"\n")
        if b"\r" in block:
            lines += block.count(b"\r") - block.count(b"\r\n")
        if last == b"\r" and block.startswith(b"\n"):
            lines -= 1
        has_quotes = has_quotes or b'"' in block
        last = block[-1:]
    return Ends(lines + (last not in (b"", b"\n", b"\r")), has_quotes)
