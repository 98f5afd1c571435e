"""Texts of several paragraphs: where one ends, and what of it is spoken."""

import pytest

from speech.errors import Refused
from student.phrases import PARAGRAPH_S, SENTENCE_S, paragraphs, phrases


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One line.", ["One line."]),
        ("One. Two.\n\nThree.", ["One. Two.", "Three."]),
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        ("One.\n \t\n\n\nTwo.", ["One.", "Two."]),
        ("One sentence.\nAnother one.", ["One sentence.", "Another one."]),
        ('He said "No."\nShe left.', ['He said "No."', "She left."]),
        ("Broken at some\ncolumn of a page.\n", ["Broken at some column of a page."]),
        ("A heading\n\nText.", ["A heading", "Text."]),
        ("One.\n<!-- not\n\nsaid. -->\nTwo.", ["One.", "Two."]),
        ("\n\n", ["\n\n"]),
    ],
)
def test_paragraphs(text: str, found: list[str]) -> None:
    assert paragraphs(text) == found


def test_parts_wait_as_long_as_what_was_before_them_asks() -> None:
    long = "It takes about forty minutes to get there by the old road that follows the river. " * 3
    pauses_s, said = zip(*phrases(f"{long}\n\nHello.\n\n* * *\n\nBye.", "en"), strict=True)
    assert pauses_s == (0, SENTENCE_S, PARAGRAPH_S, PARAGRAPH_S)
    assert said[2:] == ("həlˈO.", "bˈI.")


def test_marked_words_keep_their_phonemes_in_each_paragraph() -> None:
    said = [p.phonemes for p in phrases("[Aa](/kˈOk/).\n\n[Bb](/ɹˈOɹ/).", "en")]
    assert said == ["kˈOk.", "ɹˈOɹ."]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("Hello.\n\nПривет.", "unsupported_script"), ("...\n\n***", "nothing_to_speak")],
)
def test_a_text_is_refused_before_anything_is_said(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        next(phrases(text, "en"))
