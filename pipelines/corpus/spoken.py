"""From a line to what is spoken: cleaned, in a known language, split, normalised, with an id."""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import replace

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.lines import Line
from speech.dataset.schema import Rejection, Utterance
from speech.errors import Refused
from speech.reasons import Reason
from speech.seeds import short_id
from speech.text.inline_phonemes import Hidden, hide, plain
from speech.text.lexicon import NO_WORDS, Lexicon, check_phonemes
from speech.text.normalize import base_language, check_speakable, clean, normalize, split
from speech.text.phonemes import phonemes_given

MAX_ID_CHARS, MAX_ID_BYTES = 128, 200
_LETTERS_PER_CHARACTER = {"zh": 3}  # in length of speech, as F5-TTS's own byte ratio has it


def utterance_texts(
    line: Line,
    config: CorpusConfig,
    languages: Collection[str],
    lexicon: Lexicon = NO_WORDS,
) -> Iterator[Utterance | Rejection]:
    """The utterances of a line, at least one, before they have voices and seeds; parts that cannot be
    spoken are rejections.

    A row's own id is kept, "-p1", "-p2" added when it is split; other ids are hashes of the cleaned
    text, the language and the voice, so that they survive reordering.
    """
    text = clean(line.text)
    language = base_language(line.language or config.language)
    try:
        _check_line(line, text, language, languages)
        hidden = hide(text)
        parts = list(_parts(hidden, language, config.max_chars, lexicon))
        _check_phonemes(line, language, len(parts))
    except Refused as refused:
        name = line.id if _is_legal(line.id) else None
        yield line.rejected(refused, name or _hash(line, text, language), language)
        return
    whole = "" if len(parts) == 1 else line.id or _hash(line, text, language)
    for number, (written, marked) in enumerate(parts, 1):
        part = hidden.shown(written)
        suffix = f"-p{number}" if whole else ""
        utterance = Utterance(
            id=line.id + suffix if line.id else _hash(line, part, language),
            text=part,
            text_normalized=plain(marked),
            language=language,
            voice=line.voice or "",
            seed=None,
            source=line.source,
            place=line.place,
            line=whole,
            part=number if whole else 0,
            is_respelled=lexicon.respell(written) != written,
        )
        try:
            check_speakable(utterance.text_normalized, language)
            phonemes = line.phonemes or phonemes_given(marked, language, lexicon)
        except Refused as refused:
            yield utterance.rejected("text", refused.reason, refused.detail)
        else:
            yield replace(utterance, phonemes=phonemes)


def _check_line(line: Line, text: str, language: str, languages: Collection[str]) -> None:
    if not text:
        written = any(unicodedata.category(char)[0] not in "CMZ" for char in line.text)
        raise Refused(Reason.NOTHING_TO_SPEAK, "only markup") if written else Refused(Reason.EMPTY)
    if line.id is not None and not _is_legal(line.id):
        allowed = (
            f"printable, no slashes, at most {MAX_ID_CHARS} characters and {MAX_ID_BYTES} bytes"
        )
        raise Refused(Reason.INVALID_ID, f"{line.id[:40]!r}; allowed: {allowed}")
    if language not in languages:
        raise Refused(
            Reason.UNSUPPORTED_LANGUAGE, f"{language:.40}; allowed: {', '.join(languages)}"
        )


def _check_phonemes(line: Line, language: str, parts: int) -> None:
    """Of the whole line: which of them each part would have, nobody says."""
    if not line.phonemes:
        return
    if language != "en":
        raise Refused(Reason.UNSUPPORTED_LANGUAGE, f"phonemes are for en, not {language:.40}")
    if parts > 1:
        raise Refused(Reason.TOO_LONG, f"to be split into {parts} parts, which phonemes cannot be")
    check_phonemes(line.phonemes)


def _is_legal(name: str | None) -> bool:
    """Ids stand in file names inside the dataset."""
    return bool(
        name
        and len(name) <= MAX_ID_CHARS
        and name.isprintable()
        and len(name.encode()) <= MAX_ID_BYTES
        and name.strip(" .")
        and not set(name) & set("/\\")
    )


def _parts(
    hidden: Hidden, language: str, max_chars: int, lexicon: Lexicon
) -> Iterator[tuple[str, str]]:
    """(text with stand-ins, normalised text with links), both within the limit: "2024" is short only
    in writing."""
    longest = max_chars // _LETTERS_PER_CHARACTER.get(language, 1)
    waiting = [(hidden.text, longest)]
    while waiting:
        part, limit = waiting.pop()
        if len(part) > limit:
            pieces = _split(part, language, limit, longest)
            waiting += [(piece, max(limit, len(piece))) for piece in reversed(pieces)]
            continue
        said = hidden.normalized(part, language, lexicon)
        normalized = said.shown(said.text)
        if len(plain(normalized)) <= longest:
            yield part, normalized
        else:
            waiting.append((part, min(len(part) - 1, limit * longest // len(plain(normalized)))))


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
    said = [line.phonemes] if line.phonemes else []
    return short_id(text or line.text, language, line.voice or "", *said)
