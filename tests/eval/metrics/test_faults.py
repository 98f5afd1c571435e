"""Repetition and early stop on transcripts of which both are known."""

import pytest

from eval.metrics.faults import faults_of, once
from speech.judges.word_errors import word_errors

TEXT = "The last ferry had already left when we reached the harbor."


def faults(heard: str, text: str = TEXT) -> tuple[bool, bool]:
    """Repetition and early stop."""
    found = faults_of(text, heard, "en")
    return found.repetition, found.early_stop


def test_what_is_said_right_has_no_fault() -> None:
    assert faults(TEXT) == (False, False)
    assert word_errors(TEXT, TEXT, "en").wer == 0


@pytest.mark.parametrize(
    "heard",
    [
        "The last ferry the last ferry had already left when we reached the harbor.",
        "The last ferry had had already left when we reached the harbor.",
        "The last ferry had already left when we reached the harbor the harbor the harbor.",
        "The last ferry had already left when we left when we had left when we reached the harbor.",
        "The last ferry had already left when we reached the harbor, um, when we reached the harbor.",
    ],
)
def test_a_phrase_said_again_is_a_repetition(heard: str) -> None:
    assert faults(heard) == (True, False)


def test_a_phrase_that_the_text_repeats_is_none() -> None:
    text = "No, no, go on, go on, and on and on."
    assert faults(text, text) == (False, False)
    assert faults("No, no, no, go on, go on, and on and on.", text) == (True, False)


@pytest.mark.parametrize(
    "heard",
    [
        "The last ferry had already left when we.",
        "The last ferry had already left when we reached.",
        "The last.",
        "The last ferry had already left when we ridge.",  # of three words the last that is heard
    ],
)
def test_an_end_that_is_missing_is_an_early_stop(heard: str) -> None:
    assert faults(heard) == (False, True)


@pytest.mark.parametrize(
    "heard",
    [
        "The last ferry had already left when we reached the.",  # one word may be the ASR's
        "The last ferry had already left when we reached a barber.",  # two words, both wrong
        "Ferry had already left when we reached the harbor.",  # at the beginning
        "The last ferry when we reached the harbor.",  # in the middle
    ],
)
def test_other_errors_are_no_early_stop(heard: str) -> None:
    assert faults(heard) == (False, False)
    assert word_errors(TEXT, heard, "en").wer > 0


@pytest.mark.parametrize("heard", ["", "You", "Mm mm mm"])
def test_where_nothing_is_right_nothing_is_known_of_the_end(heard: str) -> None:
    found = faults_of(TEXT, heard, "en")
    assert found.nothing_right
    assert not found.early_stop
    assert not faults_of(TEXT, "The last.", "en").nothing_right


def test_a_clip_can_have_both() -> None:
    assert faults("The last ferry had the last ferry had already left.") == (True, True)
    assert faults_of(TEXT, "The last ferry the last ferry had already left when.", "en").fault
    assert not faults_of(TEXT, TEXT, "en").fault


def test_phrases_are_left_once() -> None:
    assert " ".join(once([*"abababccdefgdefgd"])) == "a b c d e f g d"
    assert once([]) == []


def test_chinese_is_counted_by_characters() -> None:
    text = "今天天气很好我们去公园"
    assert not faults_of(text, text, "zh").repetition
    assert faults_of(text, text[:-2], "zh").early_stop
    assert faults_of(text, "今天天气很好很好我们去公园", "zh").repetition
