"""Files as bytes, unpacked where they are .gz, and as lines of text, in bounded memory."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from pipelines.corpus.spans import FIRST_FETCH_BYTES, WHOLE, Span, SpanStream
from speech.errors import InputError
from speech.storage import open_input

MAX_ROW_CHARS = 131_072  # of one physical line of a table; also the limit of Python's csv fields
MAX_UNPACKED_TIMES, FREELY_UNPACKED_BYTES = 100, 64 * 2**20
"""of a .gz: text shrinks to a tenth at best, zeros to a thousandth"""
_MOST_BYTES = 4  # of a character
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_UNDECODED = "corpus.undecoded"


@dataclass(frozen=True)
class PhysicalLine:
    """Up to a line end. Bytes that are not in the encoding stand as lone surrogates."""

    number: int
    text: str
    is_cut: bool
    """longer than was allowed; `text` is its beginning"""


def physical_lines(
    path: str, max_chars: int, encoding: str, span: Span = WHOLE
) -> Iterator[PhysicalLine]:
    """The lines of a span of a file in bounded memory; \\n, \\r\\n and \\r end a line, a BOM is
    skipped.

    Raises:
        InputError: the file is missing, damaged, or plainly in another encoding.
    """
    with open_bytes(path, span, max_chars) as stream:
        if not span.start:
            check_encoding(stream.peek(4096)[:4096], path, encoding)
        reader = io.TextIOWrapper(stream, encoding, errors=_UNDECODED, newline=None)
        number, first = span.lines_before, 0 if span.start else 1
        while piece := reader.readline(max_chars + 1):
            number += 1
            is_cut = len(piece) > max_chars and not piece.endswith("\n")
            text = piece.removesuffix("\n")[:max_chars]
            text = text.removeprefix("\ufeff") if number == first else text
            yield PhysicalLine(number, text, is_cut)
            while is_cut and piece and not piece.endswith("\n"):
                piece = reader.readline(MAX_ROW_CHARS)


@contextmanager
def open_bytes(
    path: str, span: Span = WHOLE, max_chars: int = MAX_ROW_CHARS
) -> Iterator[io.BufferedReader]:
    """The bytes of a span, a .gz unpacked as it is read; raises InputError, also while reading.

    Of a line with more than `max_chars` characters beyond the span, no more than is needed to tell.
    """
    with open_input(path, FIRST_FETCH_BYTES) as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        raw: io.RawIOBase = SpanStream(stream, span, _MOST_BYTES * (max_chars + 2))
        if path.lower().endswith(".gz"):
            raw = _Unpacked(io.BufferedReader(raw), path, size)
        yield io.BufferedReader(raw, 1 << 16)


class _Unpacked(io.RawIOBase):
    """A gzip stream that stops where it is damaged, or grows beyond what text could."""

    def __init__(self, packed: BinaryIO, path: str, size: int) -> None:
        self._path, self._taken = path, 0
        self._limit = max(FREELY_UNPACKED_BYTES, MAX_UNPACKED_TIMES * size)
        self._file = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._file.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{self._path} is no gzip file, or a damaged one: {error}") from error
        self._taken += len(data)
        if self._taken > self._limit:
            raise InputError(
                f"{self._path} unpacks to over {self._limit / 2**20:.0f} MiB; allowed: "
                f"{MAX_UNPACKED_TIMES} times its size, or {FREELY_UNPACKED_BYTES >> 20} MiB"
            )
        buffer[: len(data)] = data
        return len(data)


def check_unpacked(path: str) -> None:
    """Read a .gz through; raises InputError where it is damaged or grows too large."""
    with open_bytes(path) as stream:
        while stream.read(1 << 20):
            pass


def check_encoding(head: bytes, path: str, encoding: str) -> None:
    """Raise InputError for the beginning of a file that is plainly in another encoding: UTF-16 by
    its mark or by the zeros that are every second byte of Western text, and UTF-8 read as UTF-16."""
    name = codecs.lookup(encoding).name
    wide, marked = name.startswith(("utf-16", "utf-32")), head.startswith(_WIDE_MARKS)
    zeros = max(head[0::2].count(0), head[1::2].count(0))
    is_wide = marked or zeros * 4 > len(head) > 8
    if is_wide and not wide:
        raise InputError(
            f"{path} is not UTF-8 but looks like UTF-16: save it as UTF-8, or say "
            "corpus.encoding=utf-16"
        )
    if wide and len(head) > 8 and not is_wide and _is_utf8(head):
        raise InputError(f"{path} is not {encoding} but looks like UTF-8: see corpus.encoding")
    if name in ("utf-16", "utf-32") and head and not marked:
        named = f"corpus.encoding={name}-le or {name}-be"
        raise InputError(f"{path} has no byte order mark: say {named}")


def _is_utf8(head: bytes) -> bool:
    """Whether bytes, perhaps cut within a character, are UTF-8."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _undecoded(error: UnicodeError) -> tuple[str, int]:
    """As surrogateescape, also for the bytes below 128 that the wide encodings may stumble on."""
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(_UNDECODED, _undecoded)
