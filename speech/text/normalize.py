"""Text from anywhere to utterances: cleaned, cut to a length, spoken out, and checked for a script."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import sentencex

from speech.errors import Refused
from speech.reasons import Reason
from speech.text.markup import strip_markup
from speech.text.mojibake import check_undamaged, mend

LANGUAGES = ("en", "zh")
"""Languages that can be normalised."""

_NAMES = {"eng": "en", "english": "en"} | dict.fromkeys(
    ("cmn", "zho", "chi", "chinese", "mandarin"), "zh"
)
"""other names of theirs in corpora: ISO 639-2 and 639-3, and words"""

_CUTS = {
    "en": (r"(?<=[,;:—–)])(?=\s)|(?<=[—–])", r"(?<=\s)(?=\S)"),
    "zh": (r"(?<=[，、；：,;:—])", r"(?<=.)(?=.)"),
}
_SCRIPTS = {"en": ("LATIN",), "zh": ("LATIN", "CJK UNIFIED", "CJK COMPATIBILITY", "IDEOGRAPHIC")}
_MAX_MARKS = 3  # combining marks on one letter; the rest of a tower is noise
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_TOWER = re.compile(f"({_MARK}{{{_MAX_MARKS}}}){_MARK}+")
_FOLDED = re.compile(  # forms of Latin letters and digits that exist for old encodings or for looks
    "[\u2100-\u2115\u2117-\u2121\u2123-\u214f\u2160-\u2188\u2460-\u24ff\u3300-\u33ff"
    "\ufb00-\ufb06\uff01-\uffef\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff]"
)

_CIRCLED = re.compile("[\u2460-\u24ff\u2776-\u2793\u3251-\u325f\u32b1-\u32bf]")  # ①② is 1 2, not 12


class _Clean(dict[int, str]):
    """A `str.translate` table that fills itself, one decision a character."""

    def __missing__(self, code: int) -> str:
        self[code] = clean_char(chr(code))
        return self[code]


_CLEAN = _Clean()


def clean(text: str) -> str:
    """The text as it is kept: NFC, no markup, no invisible characters, single spaces.

    What was read in a wrong encoding is mended (`speech.text.mojibake`); markup goes.
    Control, format (zero-width, bidirectional, soft hyphen, joiners), private, surrogate and
    variation-selector characters go; fullwidth, mathematical, circled and ligature forms of Latin
    letters and digits become plain ones; Chinese punctuation and superscripts stay.
    """
    text = unicodedata.normalize("NFC", strip_markup(mend(text)).translate(_CLEAN))
    return " ".join(_TOWER.sub(r"\1", text).split())


def clean_char(char: str) -> str:
    """What `clean` keeps of one character."""
    category = unicodedata.category(char)
    if char.isspace():
        return " "
    is_selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    if category in ("Cc", "Cf", "Co", "Cs") or is_selector:
        return ""
    is_cjk_punctuation = char in "，！？：；（）［］｛｝～｡､｢｣"
    if _FOLDED.match(char) and not is_cjk_punctuation:
        folded = unicodedata.normalize("NFKC", char)
        return f" {folded} " if _CIRCLED.match(char) else folded
    return char


def base_language(tag: str) -> str:
    """ "en" of "en", "EN-us", "en_US.UTF-8", "eng" or "English"; "zh" of "zh-CN" or "cmn_hans_cn"."""
    base = re.split("[-_.]", tag.strip().lower(), maxsplit=1)[0]
    return _NAMES.get(base, base)


def normalize(text: str, language: str) -> str:
    """The spoken form: numbers, dates, units and abbreviations as words, unspeakable symbols gone.

    Punctuation that carries prosody stays. Idempotent; English comes out without digits.

    Raises:
        Refused: `unsupported_language`, `damaged_text`.
    """
    text = clean(text)
    check_undamaged(text)
    if language == "en":
        from speech.text.english import normalize_english  # hibari imports scipy: 0.3 s

        return normalize_english(text)
    if language == "zh":
        from speech.text.chinese import normalize_chinese  # wetext loads its grammars: 0.3 s

        return normalize_chinese(text)
    raise Refused(Reason.UNSUPPORTED_LANGUAGE, f"{language!r:.40}; allowed: {', '.join(LANGUAGES)}")


def split(text: str, language: str, max_chars: int) -> list[str]:
    """Sentences packed into parts of at most `max_chars` characters, in order, nothing lost.

    A longer sentence is cut at its clauses, then between words (in Chinese: between characters).

    Raises:
        Refused: `too_long`, where one unbroken word exceeds `max_chars`.
    """
    if len(text) <= max_chars:
        return [text]
    parts = [""]
    for atom in _atoms(list(sentencex.segment(language, text)), max_chars, _CUTS[language]):
        if len((parts[-1] + atom).rstrip()) > max_chars:
            parts.append("")
        parts[-1] += atom
    return [part.strip() for part in parts if part.strip()]


def _atoms(pieces: list[str], max_chars: int, cuts: tuple[str, ...]) -> Iterator[str]:
    """The pieces, those that are too long cut again at the next kind of place."""
    for piece in pieces:
        if len(piece.strip()) <= max_chars:
            yield piece
        elif cuts:
            yield from _atoms(re.split(cuts[0], piece), max_chars, cuts[1:])
        else:
            raise Refused(
                Reason.TOO_LONG, f"one word of {len(piece)} characters; allowed: {max_chars}"
            )


def check_speakable(text_normalized: str, language: str) -> None:
    """Refuse what would be silence or another script.

    Raises:
        Refused: `nothing_to_speak` without letters; `unsupported_script`, naming the first letter
            that the language is not written with.
    """
    letters = [char for char in text_normalized if char.isalpha()]
    for char in letters:
        if not _script_name(char).startswith(_SCRIPTS[language]):
            name = _script_name(char) or f"U+{ord(char):04X}"
            raise Refused(Reason.UNSUPPORTED_SCRIPT, f"{char!r} {name}")
    if not letters:
        raise Refused(Reason.NOTHING_TO_SPEAK, "no letters after normalisation")


@lru_cache(maxsize=4096)
def _script_name(char: str) -> str:
    return unicodedata.name(char, "")
