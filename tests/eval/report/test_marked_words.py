"""Marked words are the errors that the error rate counts."""

import pytest

from eval.report.marked_words import WordRun, aligned_words
from speech.judges.word_errors import word_errors

PAIRS = [
    ("en", "The last ferry had left.", "The last fairy had left."),
    ("en", "The cat sat on the mat.", "the cat sat on the cat sat on the mat"),
    ("en", "Dogs bark at night in the yard.", "dogs bark at night"),
    (
        "en",
        "She paid $5 on May 3rd, 1999.",
        "she paid five dollars on may third nineteen ninety nine",
    ),
    ("en", "Good bye, my friend.", "Goodbye, friend of mine."),
    ("en", "Say something.", ""),
    ("en", "Hmm.", ""),
    ("zh", "今天天气很好。", "今天天汽好啊"),
]


@pytest.mark.parametrize(("language", "text", "heard"), PAIRS)
def test_marks_count_as_the_error_rate_does(language: str, text: str, heard: str) -> None:
    def size(words: str) -> int:
        return len(words.split()) if language == "en" else len(words)

    errors, runs = word_errors(text, heard, language), aligned_words(text, heard, language)
    counted = {
        "insert": sum(size(run.heard) for run in runs if run.change == "insert"),
        "delete": sum(size(run.expected) for run in runs if run.change == "delete"),
        "substitute": sum(size(run.heard) for run in runs if run.change == "substitute"),
    }
    assert counted == {
        "insert": errors.insertions,
        "delete": errors.deletions,
        "substitute": errors.substitutions,
    }
    assert sum(size(run.expected) for run in runs) == errors.words


def test_words_keep_their_places() -> None:
    written, heard = (
        "The last ferry left the harbor at noon.",
        "the fairy left the old harbor at noon",
    )
    assert aligned_words(written, heard, "en") == [
        WordRun("equal", "the", "the"),
        WordRun("substitute", "last", "fairy"),
        WordRun("delete", "ferry", ""),
        WordRun("equal", "left the", "left the"),
        WordRun("insert", "", "old"),
        WordRun("equal", "harbor at noon", "harbor at noon"),
    ]


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="no words"):
        aligned_words("...", "hello", "en")
