"""From a line to what is spoken: cleaned, in a known language, split, normalised, with an id."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.lines import Line
from speech.errors import Refused
from speech.rows import Rejection
from speech.seeds import short_id
from speech.text import base_language, check_speakable, clean, normalize, split

MAX_ID_CHARS = 128
_LETTERS_PER_CHARACTER = {"zh": 3}  # in length of speech, as F5-TTS's own byte ratio has it


@dataclass(frozen=True)
class SpokenText:
    """One utterance before it has a voice: a line, or a part of a long one."""

    id: str
    text: str
    """cleaned"""
    text_normalized: str
    language: str
    voice: str | None
    source: str
    line: str = ""
    """what the parts of one line have in common; empty for a whole line"""
    part: int = 0
    """its number among them, from 1"""


def utterance_texts(
    line: Line, config: CorpusConfig, languages: Collection[str]
) -> Iterator[SpokenText | Rejection]:
    """The utterances of a line, at least one; parts that cannot be spoken are rejections.

    A row's own id is kept, "-p1", "-p2" added when it is split; other ids are hashes of the cleaned
    text, the language and the voice, so that they survive reordering.
    """
    text = clean(line.text)
    language = base_language(line.language or config.language)
    try:
        _check_line(line, text, language, languages)
        parts = list(_parts(text, language, config.max_chars))
    except Refused as refused:
        name = line.id if _is_legal(line.id) else None
        yield _rejection(refused, line, language, name or _hash(line, text, language), line.text)
        return
    whole = "" if len(parts) == 1 else line.id or _hash(line, text, language)
    for number, (part, normalized) in enumerate(parts, 1):
        suffix = f"-p{number}" if whole else ""
        name = line.id + suffix if line.id else _hash(line, part, language)
        try:
            check_speakable(normalized, language)
        except Refused as refused:
            yield _rejection(refused, line, language, name, part, normalized)
        else:
            place = (whole, number) if whole else ("", 0)
            yield SpokenText(name, part, normalized, language, line.voice, line.source, *place)


def _check_line(line: Line, text: str, language: str, languages: Collection[str]) -> None:
    if not text:
        raise Refused("empty")
    if line.id is not None and not _is_legal(line.id):
        allowed = f"printable, no slashes, at most {MAX_ID_CHARS} characters"
        raise Refused("invalid_id", f"{line.id[:40]!r}; allowed: {allowed}")
    if language not in languages:
        raise Refused("unsupported_language", f"{language:.40}; allowed: {', '.join(languages)}")


def _is_legal(name: str | None) -> bool:
    """Ids stand in file names inside the dataset."""
    return bool(
        name
        and len(name) <= MAX_ID_CHARS
        and name.isprintable()
        and name.strip(" .")
        and not set(name) & set("/\\")
    )


def _parts(text: str, language: str, max_chars: int) -> Iterator[tuple[str, str]]:
    """(text, normalised text), both within the limit: "2024" is short only in writing."""
    longest = max_chars // _LETTERS_PER_CHARACTER.get(language, 1)
    waiting = [(text, longest)]
    while waiting:
        part, limit = waiting.pop()
        if len(part) > limit:
            pieces = _split(part, language, limit, longest)
            waiting += [(piece, max(limit, len(piece))) for piece in reversed(pieces)]
            continue
        normalized = normalize(part, language)
        if len(normalized) <= longest:
            yield part, normalized
        else:
            waiting.append((part, min(len(part) - 1, limit * longest // len(normalized))))


def _split(text: str, language: str, limit: int, longest: int) -> list[str]:
    """`split`, where a limit lowered for the sake of what is spoken still leaves words whole."""
    try:
        return split(text, language, limit)
    except Refused as refused:
        word = max(text.split(), key=len)
        if limit == longest or len(word) > longest:
            raise
        if word != text:
            return split(text, language, len(word))
        spoken = len(normalize(word, language))
        detail = f"one word of {len(word)} characters, {spoken} as spoken; allowed: {longest}"
        raise Refused(refused.reason, detail) from refused


def _hash(line: Line, text: str, language: str) -> str:
    return short_id(text or line.text, language, line.voice or "")


def _rejection(
    refused: Refused, line: Line, language: str, name: str, text: str, normalized: str | None = None
) -> Rejection:
    return Rejection(
        id=name,
        text=text,
        reason=refused.reason,
        stage="text",
        detail=refused.detail,
        source=line.source,
        text_normalized=normalized,
        language=language,
        speaker_id=line.voice,
    )
