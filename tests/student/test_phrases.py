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
        (
            "The meeting is\nwith Dr.\nBrown at 9 a.m.\non Monday.",
            ["The meeting is with Dr. Brown at 9 a.m. on Monday."],
        ),
        ("He left the U.S.\nArmy in May.", ["He left the U.S. Army in May."]),
        ('"Yes."\nhe said.', ['"Yes." he said.']),
        ("(It was so.)\nShe left.", ["(It was so.)", "She left."]),
        ("I wonder…\nHe left.", ["I wonder…", "He left."]),
        ("I wonder...\nwhy he left.", ["I wonder... why he left."]),
        ("I saw an exam-\nple of soft\u00ad\nware.", ["I saw an example of software."]),
        ("A long-\nterm pre-\nor post-war plan.", ["A long-term pre- or post-war plan."]),
    ],
)
def test_paragraphs(text: str, found: list[str]) -> None:
    assert paragraphs(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "> quote one\n> quote two\n>\n> another\nmine",
            ["quote one quote two", "another", "mine"],
        ),
        ("He wrote\n> > this\n> > and that", ["He wrote", "this and that"]),
        ("* milk\n* eggs\n+ bread", ["milk", "eggs", "bread"]),
        ("To buy:\n- milk\n  and eggs\n- bread", ["To buy:", "milk   and eggs", "bread"]),
        ("It was late\n- well, very\nlate.", ["It was late - well, very late."]),
        ("1. Milk\n2. Eggs", ["1. Milk", "2. Eggs"]),
        ("To buy\n1) milk\n2) eggs", ["To buy", "1) milk", "2) eggs"]),
        ("We waited until\n12. Then we left.", ["We waited until 12. Then we left."]),
        (
            "# A heading\nand text\n## Another\nand more",
            ["A heading", "and text", "Another", "and more"],
        ),
        ("== Of a wiki ==\nText.", ["Of a wiki", "Text."]),
        ("A heading\n=========\nText", ["A heading", "Text"]),
        ("One\n* * *\nTwo\n- - -\nThree", ["One", "Two", "Three"]),
    ],
)
def test_what_is_marked_stands_alone(text: str, found: list[str]) -> None:
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
