"""Which words came out wrong: inserted, left out, exchanged, said twice, cut off at an end."""

from collections.abc import Sequence
from dataclasses import dataclass

import jiwer

from speech.judges.wer import comparable

LONGEST_REPEAT = 4
"""words of a phrase that is said twice over"""


@dataclass(frozen=True)
class WordErrors:
    """Of one utterance; for Chinese, characters stand for words."""

    words: int
    """of the text, as compared"""
    characters: int
    insertions: int
    deletions: int
    substitutions: int
    cer: float
    repetitions: int
    """phrases of up to `LONGEST_REPEAT` words heard twice in a row more often than they are written"""
    missing_start: int
    """words of the text before the first that was heard"""
    missing_end: int
    """words of the text after the last that was heard"""
    short_start: int
    """by how many words what was heard instead of them is shorter"""
    short_end: int

    @property
    def wer(self) -> float:
        """Errors as a fraction of `words`; over 1 where much was inserted."""
        return (self.insertions + self.deletions + self.substitutions) / self.words


def word_errors(text: str, heard: str, language: str) -> WordErrors:
    """The alignment of Levenshtein (jiwer) on the same readings as `speech.judges.wer.score`.

    Raises:
        ValueError: another language, or a text without anything that can be compared.
    """
    expected, said = comparable(text, heard, language)
    characters, cer = len(expected), jiwer.cer(expected, said)
    if language != "en":
        expected, said = " ".join(expected), " ".join(said)
    aligned = jiwer.process_words(expected, said)
    words, heard_words = expected.split(), said.split()
    kept = [chunk for chunk in aligned.alignments[0] if chunk.type == "equal"]
    first = (kept[0].ref_start_idx, kept[0].hyp_start_idx) if kept else (len(words), 0)
    last = (kept[-1].ref_end_idx, kept[-1].hyp_end_idx) if kept else (0, len(heard_words))
    missing_end = len(words) - last[0]
    return WordErrors(
        words=len(words),
        characters=characters,
        insertions=aligned.insertions,
        deletions=aligned.deletions,
        substitutions=aligned.substitutions,
        cer=cer,
        repetitions=max(0, repeats(heard_words) - repeats(words)),
        missing_start=first[0],
        missing_end=missing_end,
        short_start=first[0] - first[1],
        short_end=missing_end - (len(heard_words) - last[1]),
    )


def repeats(words: Sequence[str]) -> int:
    """Places where a phrase follows itself; "go on go on" is one, so is "no no"."""
    found, start = 0, 0
    while start < len(words):
        length = _repeated_at(words, start)
        found += length > 0
        start += length or 1
    return found


def _repeated_at(words: Sequence[str], start: int) -> int:
    """The length of the phrase at `start` that comes again right after it; 0 for none."""
    for length in range(LONGEST_REPEAT, 0, -1):
        phrase = words[start : start + length]
        if len(phrase) == length and phrase == words[start + length : start + 2 * length]:
            return length
    return 0
