"""Error rates on texts whose rates are known."""

import pytest

from speech.wer import score


@pytest.mark.parametrize(
    ("reference", "hypothesis"),
    [
        ("She bought twenty-three apples.", "she bought 23 apples"),
        ("It costs nine dollars and ninety-nine cents", "It costs $9.99."),
        ("in nineteen ninety-nine", "In 1999"),
        ("one thousand, two hundred and fifty", "1,250"),
        ("twenty percent of the second", "20% of the 2nd"),
        ("Mister Smith met Doctor Brown", "Mr. Smith met Dr. Brown."),
        ("It is ten thirty a.m.", "It's 10:30 AM"),
        ("The F.B.I. called", "The FBI called."),
        ("the colour of the harbour", "The color of the harbor"),
        ("Wait… what?", "Wait... what?"),
        ("Hmm.", "Hmm"),
    ],
)
def test_spelling_is_no_error(reference: str, hypothesis: str) -> None:
    assert score(reference, hypothesis, "en").wer == 0


def test_known_rates() -> None:
    rates = score("the cat sat on the mat", "the cat sat on a mat today", "en")
    assert rates.wer == pytest.approx(2 / 6)
    assert rates.words == 6
    assert score("ab cd", "ab ce", "en").cer == pytest.approx(1 / 5)
    assert score("hello", "", "en").wer == 1
    assert score("hello", "a b b b b c hello you there", "en").wer > 1


def test_chinese_is_compared_by_characters() -> None:
    rates = score("我有二十个苹果。", "我有 20 個蘋果", "zh")
    assert (rates.wer, rates.cer) == (0, 0)
    rates = score("今天天气很好", "今天天气不好", "zh")
    assert rates.wer == rates.cer == pytest.approx(1 / 6)


@pytest.mark.parametrize("text", ["", " ", "...", "(noise)"])
def test_a_reference_without_words_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no words"):
        score(text, "", "en")


def test_other_languages_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="allowed en, zh"):
        score("bonjour", "bonjour", "fr")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("She was born on March third.", "She was born on March 3."),
        ("Miz Lee won.", "Ms. Lee won."),
    ],
)
def test_spellings_of_one_reading_are_equal(said, heard):
    assert score(said, heard, "en").wer == 0
