"""A text in parts that a student speaks one after another, as phonemes and as numbers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import sentencex

from speech.text.inline_phonemes import Hidden, hide, plain
from speech.text.lexicon import NO_WORDS, Lexicon
from speech.text.line_ends import before_next
from speech.text.markup import strip_markup
from speech.text.mojibake import mend
from speech.text.normalize import check_speakable, clean, split
from speech.text.phonemes import ALPHABET, phonemize

SENTENCE_S, CLAUSE_S = 0.38, 0.20
"""Silence after a part that ends as a sentence or as a clause does. The embedded teacher leaves 0.40
and 0.22 s inside its clips (docs/library.md); 0.02 s are in a student's parts themselves."""
PARAGRAPH_S = 2 * SENTENCE_S
"""No teacher speaks paragraphs."""
MAX_CHARS = 200
"""of a part: as long as the lines that students are trained on"""

_CLOSING = "\"'”’)]»"
_OPENING = " \"'“‘([«"
MARK = re.compile(
    r"\s{0,3}(?:(?P<rule>(?:[*_-] *){3,}$)"
    r"|(?P<heading>#{1,6} +(?=\S)|={2,6} ?[^=]+={2,6}\s*$)|(?P<quote>>(?: ?>)*(?: +|\s*$))"
    r"|(?P<dash>-\s+)|(?P<item>[*+]\s+)|(?P<number>\d{1,3})[.)]\s+)"
)
_PAUSES_S = dict.fromkeys(".?!…", SENTENCE_S) | dict.fromkeys(",;:—–", CLAUSE_S)


class Phrase(NamedTuple):
    """What is said in one go."""

    pause_s: float
    """of silence before it"""
    phonemes: str


def phrases(text: str, language: str, lexicon: Lexicon = NO_WORDS) -> Iterator[Phrase]:
    """The text's phonemes in parts of whole sentences, words marked in it or in the lexicon as
    those say.

    Raises:
        Refused: a text that cannot be spoken.
    """
    said = [_normalized(paragraph, language, lexicon) for paragraph in paragraphs(text, language)]
    shown = [plain(paragraph.shown(paragraph.text)) for paragraph in said]
    check_speakable(" ".join(shown), language)
    pause_s = 0.0
    for paragraph, letters in zip(said, shown, strict=True):
        if not any(map(str.isalpha, letters)):  # a rule between two, a row of stars
            continue
        for part in split(paragraph.text, language, MAX_CHARS):
            yield Phrase(pause_s, phonemize(paragraph.shown(part), language, lexicon))
            pause_s = _pause_s(part)
        pause_s = PARAGRAPH_S


def paragraphs(text: str, language: str = "en") -> list[str]:
    """What stands between blank lines, and between lines of which the first ends as a sentence does;
    headings, items of lists and quotations stand alone. Any other line goes on in the next, as where
    text is broken at 72 columns."""
    if len(text.splitlines()) < 2:
        return [text]
    found, above, before = list[str](), "", ""
    for line, mark in _marked(_without_blocks(mend(text)).splitlines()):
        is_quoted, was_quoted = mark == "quote", before == "quote"
        is_new = not above or is_quoted != was_quoted or bool(mark and not is_quoted)
        if line.strip() and (is_new or _ends(above, line, language)):
            found.append(line)
        elif line.strip():
            found[-1] = before_next(found[-1], line) + line
        above, before = "" if mark == "heading" else line.strip(), mark
    return found or [text]


def _without_blocks(text: str) -> str:
    """Without markup that goes over many lines; a line before the first keeps that one's mark."""
    return strip_markup(f".\n{text}").partition("\n")[2]


def _marked(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each line without its mark, and what that says it is. A dash alone is one between two words,
    and a number that is not the next one stands in a sentence."""
    dashes = sum(line.lstrip().startswith("- ") for line in lines)
    number = 0
    for line in lines:
        mark = MARK.match(line)
        kind = (mark and mark.lastgroup) or ""
        if mark and kind == "number":
            is_next, number = int(mark[kind]) == number + 1, int(mark[kind])
            yield line, kind if is_next else ""
        elif kind == "rule":
            yield "", kind
        elif not mark or (kind == "dash" and dashes == 1):
            yield line, ""
        else:
            yield strip_markup(line[mark.end() :] if kind == "quote" else line), kind


def _ends(line: str, following: str, language: str) -> bool:
    """Whether a sentence ends with the line; after "Dr." none does."""
    if _pause_s(line) != SENTENCE_S:
        return False
    said = line.rstrip().rstrip(")]")
    if said.rstrip(_CLOSING).endswith(("…", "..")):  # which are no end for the splitter
        return following.lstrip(_OPENING)[:1].isupper()
    end = len(said) + 1
    for sentence in sentencex.segment(language, f"{said} {following.lstrip()}"):
        end -= len(sentence)
        if end <= 0:
            return end == 0
    return False


def _normalized(paragraph: str, language: str, lexicon: Lexicon) -> Hidden:
    hidden = hide(clean(paragraph))
    return hidden.normalized(hidden.text, language, lexicon)


def _pause_s(part: str) -> float:
    """After it; none where a sentence is cut between two words."""
    return _PAUSES_S.get(part.rstrip().rstrip(_CLOSING)[-1:], 0.0)


def token_numbers(phonemes: str) -> list[int]:
    """Places in the alphabet from 1, since 0 is padding; what is not in it reads as a space."""
    return [max(ALPHABET.find(symbol), 0) + 1 for symbol in phonemes]
