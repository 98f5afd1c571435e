"""A text in parts that a student speaks one after another, as phonemes and as numbers."""

from collections.abc import Iterator

from speech.text.inline_phonemes import hide, plain
from speech.text.lexicon import NO_WORDS, Lexicon
from speech.text.normalize import check_speakable, clean, split
from speech.text.phonemes import ALPHABET, phonemize

PAUSE_S = 0.15
"""between parts"""
MAX_CHARS = 200
"""of a part: as long as the lines that students are trained on"""


def phonemes_of(text: str, language: str, lexicon: Lexicon = NO_WORDS) -> Iterator[str]:
    """The text's phonemes in parts of whole sentences, words marked in it or in the lexicon as
    those say.

    Raises:
        Refused: a text that cannot be spoken.
    """
    hidden = hide(clean(text))
    said = hidden.normalized(hidden.text, language, lexicon)
    check_speakable(plain(said.shown(said.text)), language)
    for part in split(said.text, language, MAX_CHARS):
        yield phonemize(said.shown(part), language, lexicon)


def token_numbers(phonemes: str) -> list[int]:
    """Places in the alphabet from 1, since 0 is padding; what is not in it reads as a space."""
    return [max(ALPHABET.find(symbol), 0) + 1 for symbol in phonemes]
