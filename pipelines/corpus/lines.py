"""A line of the corpus as it was read, or its rejection; and lines of bytes decoded one by one."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.corpus.config import CorpusConfig
from speech.errors import InputError
from speech.rows import Rejection
from speech.seeds import short_id
from speech.storage import open_input

MAX_ROW_CHARS = 131_072  # of one physical line of a table; also the limit of Python's csv fields
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Line:
    """Text before cleaning, with what its row said about it."""

    text: str
    source: str
    """file:line"""
    id: str | None = None
    language: str | None = None
    voice: str | None = None
    phonemes: str | None = None


@dataclass(frozen=True)
class PhysicalLine:
    """Up to a line end. Bytes that are no UTF-8 stand as lone surrogates (surrogateescape)."""

    number: int
    text: str
    is_cut: bool
    """longer than was allowed; `text` is its beginning"""


def physical_lines(path: str, max_chars: int) -> Iterator[PhysicalLine]:
    """The lines of a UTF-8 file in bounded memory; \\n, \\r\\n and \\r end a line, a BOM is skipped.

    Raises:
        InputError: the file is missing, or UTF-16.
    """
    with open_input(path) as stream:
        _refuse_utf16(stream.read(4096), path)
        stream.seek(0)
        reader = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline=None)
        number = 0
        while piece := reader.readline(max_chars + 1):
            number += 1
            is_cut = len(piece) > max_chars and not piece.endswith("\n")
            yield PhysicalLine(number, piece.removesuffix("\n")[:max_chars], is_cut)
            while is_cut and piece and not piece.endswith("\n"):
                piece = reader.readline(MAX_ROW_CHARS)


def _refuse_utf16(head: bytes, path: str) -> None:
    """By its mark, or by the zeros that are every second byte of Western text."""
    zeros = max(head[0::2].count(0), head[1::2].count(0))
    if head.startswith(_UTF16_MARKS) or zeros * 4 > len(head) > 8:
        raise InputError(f"{path} is not UTF-8 but looks like UTF-16: save it as UTF-8")


def is_encodable(text: str) -> bool:
    """Whether the text can be stored: no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def readable(text: str) -> str:
    """What cannot be encoded stands as an escape: "\\xff" for a byte, "\\ud800" for a surrogate."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()


def rejection(text: str, reason: str, detail: str, source: str) -> Rejection:
    """Of a line that could not be read; its id comes from what was there."""
    kept = readable(text)
    return Rejection(short_id(kept), kept, reason, "corpus", readable(detail), source)


def unreadable(line: PhysicalLine, source: str) -> Rejection | None:
    """The rejection of a line too long to be read or not UTF-8; None if it can go on."""
    if line.is_cut:
        allowed = f"longer than {len(line.text)} characters"
        return rejection(line.text, "too_long", allowed, source)
    if not is_encodable(line.text):
        return rejection(line.text, "invalid_encoding", "not UTF-8", source)
    return None


def line_from_row(row: Mapping[str, Any], source: str, config: CorpusConfig) -> Line | Rejection:
    """A row of any table, its values checked: text and names are strings, ids also integers."""
    text = row.get(config.text_column)
    if text is None:
        return rejection(_shown(row), "missing_text", f"no {config.text_column!r}", source)
    columns = {
        "text": config.text_column,
        "id": config.id_column,
        "language": config.language_column,
        "voice": config.voice_column,
    }
    fields = {name: row.get(column) for name, column in columns.items()}
    if isinstance(fields["id"], int) and not isinstance(fields["id"], bool):
        fields["id"] = str(fields["id"])
    for name, value in fields.items():
        if not isinstance(value, str | None):
            detail = f"{columns[name]!r} is {type(value).__name__}, not text"
            return rejection(_shown(row), "malformed_row", detail, source)
        if not is_encodable(value or ""):
            detail = f"{columns[name]!r} is not valid Unicode"
            return rejection(str(text), "invalid_encoding", detail, source)
    if len(text) > config.max_line_chars:
        detail = f"{len(text)} characters; allowed: {config.max_line_chars}"
        return rejection(text[: config.max_line_chars], "too_long", detail, source)
    given = {name: fields[name] or None for name in ("id", "language", "voice")}
    return Line(text, source, **given, phonemes=_phonemes(row, config))


def _phonemes(row: Mapping[str, Any], config: CorpusConfig) -> str | None:
    """As they stand there: whether they are phonemes is asked with the text."""
    value = row.get(config.phonemes_column) if config.phonemes_column else None
    is_missing = value is None or value != value  # NaN
    return None if is_missing else str(value).strip() or None


def _shown(row: Mapping[str, Any]) -> str:
    return repr(dict(row))[:1000]


def check_text_column(columns: list[str], path: str, config: CorpusConfig) -> None:
    """Raise InputError unless there is one text column."""
    found = columns.count(config.text_column)
    if found != 1:
        there = ", ".join(readable(name) for name in columns[:20]) or "none"
        wrong = "no column" if not found else f"{found} columns"
        raise InputError(
            f"{path}: {wrong} {config.text_column!r}; columns: {there:.300} "
            "(choose with corpus.text_column=...)"
        )
