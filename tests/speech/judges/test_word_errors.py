"""Word errors of pairs whose truth is plain."""

import pytest

from speech.judges.wer import score
from speech.judges.word_errors import repeats, word_errors


@pytest.mark.parametrize(
    ("text", "heard", "counts"),
    [  # insertions, deletions, substitutions, repetitions, missing at start and end
        ("The cat sat on the mat.", "the cat sat on the mat", (0, 0, 0, 0, 0, 0)),
        ("The cat sat on the mat.", "The cat cat sat on the mat", (1, 0, 0, 1, 0, 0)),
        ("The cat sat on the mat.", "The cat sat", (0, 3, 0, 0, 0, 3)),
        ("The cat sat on the mat.", "sat on the mat", (0, 2, 0, 0, 2, 0)),
        ("The cat sat on the mat.", "The dog sat on the mat", (0, 0, 1, 0, 0, 0)),
        ("That is very, very good.", "That is very, very good.", (0, 0, 0, 0, 0, 0)),
        ("The cat sat.", "", (0, 3, 0, 0, 3, 3)),
    ],
)
def test_counts(text: str, heard: str, counts: tuple[int, ...]) -> None:
    found = word_errors(text, heard, "en")
    assert counts == (
        found.insertions,
        found.deletions,
        found.substitutions,
        found.repetitions,
        found.missing_start,
        found.missing_end,
    )
    assert found.wer == pytest.approx(score(text, heard, "en").wer)
    assert found.cer == pytest.approx(score(text, heard, "en").cer)


def test_a_misheard_end_is_not_a_short_one() -> None:
    misheard = word_errors("They were strongly alkaline", "They were strongly all the line", "en")
    cut = word_errors("They were strongly alkaline", "They were", "en")
    assert (misheard.missing_end, misheard.short_end) == (1, -2)
    assert (cut.missing_end, cut.short_end) == (2, 2)


@pytest.mark.parametrize(
    ("words", "count"),
    [("a b c", 0), ("go on go on", 1), ("no no no", 2), ("no no yes yes", 2), ("", 0)],
)
def test_repeats(words: str, count: int) -> None:
    assert repeats(words.split()) == count


def test_chinese_is_counted_by_characters() -> None:
    found = word_errors("今天天气很好", "今天气很好", "zh")
    assert (found.words, found.deletions) == (6, 1)


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="no words"):
        word_errors("!!!", "hello", "en")
