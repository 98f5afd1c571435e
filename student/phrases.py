"""A text in parts that a student speaks one after another, as phonemes and as numbers."""

from collections.abc import Iterator

from speech.phonemes import ALPHABET, phonemize
from speech.text import check_speakable, normalize, split

PAUSE_S = 0.15
"""between parts"""
MAX_CHARS = 200
"""of a part: as long as the lines that students are trained on"""


def phonemes_of(text: str, language: str) -> Iterator[str]:
    """The text's phonemes in parts of whole sentences.

    Raises:
        Refused: a text that cannot be spoken.
    """
    said = normalize(text, language)
    check_speakable(said, language)
    for part in split(said, language, MAX_CHARS):
        yield phonemize(part, language)


def token_numbers(phonemes: str) -> list[int]:
    """Places in the alphabet from 1, since 0 is padding; what is not in it reads as a space."""
    return [max(ALPHABET.find(symbol), 0) + 1 for symbol in phonemes]
