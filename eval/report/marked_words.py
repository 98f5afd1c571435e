"""Which words of a clip came out wrong, in their places."""

from collections.abc import Sequence
from dataclasses import dataclass

import jiwer

from speech.judges.wer import comparable


@dataclass(frozen=True)
class WordRun:
    """Neighbouring words that fared alike; `expected` is empty where words were inserted, `heard`
    where they are missing. Words are as the error rate compares them; of Chinese, characters."""

    change: str
    """equal, insert, delete or substitute"""
    expected: str
    heard: str


def aligned_words(text: str, heard: str, language: str) -> list[WordRun]:
    """The alignment (jiwer) whose errors are those of `speech.judges.word_errors`.

    Raises:
        ValueError: another language, or a text without anything that can be compared.
    """
    between = " " if language == "en" else ""
    expected, said = (_words(side, between) for side in comparable(text, heard, language))
    aligned = jiwer.process_words(" ".join(expected), " ".join(said)).alignments[0]
    return [
        WordRun(
            chunk.type,
            between.join(expected[chunk.ref_start_idx : chunk.ref_end_idx]),
            between.join(said[chunk.hyp_start_idx : chunk.hyp_end_idx]),
        )
        for chunk in aligned
    ]


def _words(text: str, between: str) -> Sequence[str]:
    return text.split() if between else list(text)
