"""A line of the corpus as it was read, or its rejection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import PhysicalLine
from pipelines.corpus.names import is_missing, name_of, text_of
from speech.dataset.schema import Rejection
from speech.errors import InputError, Refused
from speech.reasons import Reason
from speech.seeds import short_id


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
    place: tuple[int, int] = field(default=(0, 0), compare=False)
    """the number of its file and its own in that: which of two lines is the first"""

    def rejected(self, refused: Refused, name: str, language: str) -> Rejection:
        """As a whole, under this id."""
        return Rejection(
            id=name,
            text=self.text,
            language=language,
            speaker_id=self.voice,
            reason=refused.reason,
            stage="text",
            detail=refused.detail,
            source=self.source,
        )


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


def rejection(text: str, reason: Reason, detail: str, source: str) -> Rejection:
    """Of a line that could not be read; its id comes from what was there."""
    kept = readable(text)
    return Rejection(
        id=short_id(kept),
        text=kept,
        reason=reason,
        stage="corpus",
        detail=readable(detail),
        source=source,
    )


def unreadable(line: PhysicalLine, source: str, encoding: str) -> Rejection | None:
    """The rejection of a line too long to be read or in another encoding; None if it can go on."""
    if line.is_cut:
        allowed = f"longer than {len(line.text)} characters"
        return rejection(line.text, Reason.TOO_LONG, allowed, source)
    if not is_encodable(line.text):
        return rejection(line.text, Reason.INVALID_ENCODING, f"not {encoding.upper()}", source)
    return None


def line_from_row(row: Mapping[str, Any], source: str, config: CorpusConfig) -> Line | Rejection:
    """A row of any table, its values checked: text and language are strings, names what
    `pipelines.corpus.names` takes for one."""
    text = row.get(config.text_column)
    if is_missing(text):
        return rejection(_shown(row), Reason.MISSING_TEXT, f"no {config.text_column!r}", source)
    columns = (config.text_column, config.id_column, config.language_column, config.voice_column)
    fields: list[str | None] = []
    for column in columns:
        try:
            is_name = column in (config.id_column, config.voice_column)
            fields.append((name_of if is_name else text_of)(row.get(column)) or None)
        except TypeError as error:
            return rejection(_shown(row), Reason.MALFORMED_ROW, f"{column!r} is {error}", source)
        if not is_encodable(fields[-1] or ""):
            detail = f"{column!r} is not valid Unicode"
            return rejection(str(text), Reason.INVALID_ENCODING, detail, source)
    found, name, language, voice = fields
    found = found or ""
    if len(found) > config.max_line_chars:
        detail = f"{len(found)} characters; allowed: {config.max_line_chars}"
        return rejection(found[: config.max_line_chars], Reason.TOO_LONG, detail, source)
    return Line(found, source, name, language, voice, _phonemes(row, config))


def _phonemes(row: Mapping[str, Any], config: CorpusConfig) -> str | None:
    """As they stand there: whether they are phonemes is asked with the text."""
    value = row.get(config.phonemes_column) if config.phonemes_column else None
    return None if is_missing(value) else str(value).strip() or None


def _shown(row: Mapping[str, Any]) -> str:
    try:
        return repr(dict(row))[:1000]
    except RecursionError:
        return "a row that is nested too deeply"


def check_text_column(columns: list[str], path: str, config: CorpusConfig) -> None:
    """Raise InputError unless there is one text column."""
    found = columns.count(config.text_column)
    if found != 1:
        there = ", ".join(readable(name) for name in columns[:20]) or "none"
        wrong = "no column" if not found else f"{found} columns"
        raise InputError(
            f"{path}: {wrong} {config.text_column!r}; columns: {there:.300} "
            "(choose with corpus.text_column=...; "
            "without a header, name them: corpus.columns=[id,text])"
        )
