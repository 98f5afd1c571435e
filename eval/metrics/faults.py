"""The two ways in which an autoregressive student fails: it says a phrase again, or ends too soon."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import jiwer

from speech.judges.wer import comparable
from speech.judges.word_errors import LONGEST_REPEAT, word_errors

CUT_WORDS = 2
"""that are missing at the end, for a clip to have ended early; one may be the ASR's"""


@dataclass(frozen=True)
class Faults:
    """Of one clip; for Chinese, characters stand for words."""

    repetition: bool
    early_stop: bool
    fault: bool
    """either of them"""
    nothing_right: bool
    """not one word: whether it was garbled or never began cannot be told, so it is no early stop"""


def faults_of(text: str, heard: str, language: str) -> Faults:
    """What an ASR's transcript shows of a clip that should say `text`.

    A repetition is a phrase of up to four words right after itself, where the text has none, or two
    words in a row that were inserted and are elsewhere in what was heard. A clip stopped early where
    at least `CUT_WORDS` more words of the text than were heard follow the last that is right, once
    repetitions are out of the way: else their words would stand for those that are missing.

    Raises:
        ValueError: another language, or a text without anything that can be compared.
    """
    errors = word_errors(text, heard, language)
    expected, said = (_words(side, language) for side in comparable(text, heard, language))
    repetition = errors.repetitions > 0 or says_again(expected, said)
    end = word_errors(" ".join(once(expected)), " ".join(once(said)), language)
    nothing_right = errors.missing_end == errors.words
    early_stop = not nothing_right and end.short_end >= CUT_WORDS
    return Faults(repetition, early_stop, repetition or early_stop, nothing_right)


def says_again(expected: Sequence[str], said: Sequence[str]) -> bool:
    """Whether two words in a row, both inserted, were said more than once and more often than
    `expected`."""
    aligned = jiwer.process_words(" ".join(expected), " ".join(said)).alignments[0]
    runs = [said[c.hyp_start_idx : c.hyp_end_idx] for c in aligned if c.type == "insert"]
    written, spoken = Counter(pairwise(expected)), Counter(pairwise(said))
    inserted = {pair for run in runs for pair in pairwise(run)}
    return any(spoken[pair] > max(1, written[pair]) for pair in inserted)


def once(words: Sequence[str]) -> list[str]:
    """Without phrases that repeat the one before them."""
    kept: list[str] = []
    for word in words:
        kept.append(word)
        for length in range(1, LONGEST_REPEAT + 1):
            if kept[-length:] == kept[-2 * length : -length]:
                del kept[-length:]
                break
    return kept


def _words(text: str, language: str) -> list[str]:
    return text.split() if language == "en" else list(text)
