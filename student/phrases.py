"""A text in parts that a student speaks one after another, as phonemes and as numbers."""

from collections.abc import Iterator
from typing import NamedTuple

from speech.text.inline_phonemes import Hidden, hide, plain
from speech.text.lexicon import NO_WORDS, Lexicon
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
    said = [_normalized(paragraph, language, lexicon) for paragraph in paragraphs(text)]
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


def paragraphs(text: str) -> list[str]:
    """What stands between blank lines, and between lines of which the first ends as a sentence does;
    any other line goes on in the next, as where text is broken at 72 columns."""
    if len(text.splitlines()) < 2:
        return [text]
    found, ended = list[str](), True
    for line in strip_markup(mend(text)).splitlines():  # some markup goes over many lines
        if line.strip() and not ended:
            found[-1] += f" {line}"
        elif line.strip():
            found.append(line)
        ended = not line.strip() or _pause_s(line) == SENTENCE_S
    return found or [text]


def _normalized(paragraph: str, language: str, lexicon: Lexicon) -> Hidden:
    hidden = hide(clean(paragraph))
    return hidden.normalized(hidden.text, language, lexicon)


def _pause_s(part: str) -> float:
    """After it; none where a sentence is cut between two words."""
    return _PAUSES_S.get(part.rstrip().rstrip(_CLOSING)[-1:], 0.0)


def token_numbers(phonemes: str) -> list[int]:
    """Places in the alphabet from 1, since 0 is padding; what is not in it reads as a space."""
    return [max(ALPHABET.find(symbol), 0) + 1 for symbol in phonemes]
