"""Stages that are left out where a text has no digits would have left it as it is."""

from pathlib import Path

from speech.text.english import _OF_DIGITS, _STAGES
from speech.text.normalize import clean
from tests.speech.text import test_english_fields, test_english_notation

SENTENCES = Path("eval/testset/english.txt").read_text("utf-8").splitlines()
SIGNS = [
    "$five, £, 5 kg",
    "Jan. first, Mar. ninth",
    "half a liter at ten km/h",
    "Ps. twenty-three",
    "x², ½, Ⅷ",
    "a one-half, K-nine and B.C.",
    "No. ten, O-O, H two O",
    "per cent, degrees C",
    "C sharp / D flat",
]
TEXTS = [text for rows in (test_english_notation, test_english_fields) for _, text, _ in rows.ROWS]


def test_stages_of_digits_leave_other_texts_alone() -> None:
    assert _OF_DIGITS.issubset(_STAGES)
    seen = 0
    for text in map(clean, (*SENTENCES, *SIGNS, *TEXTS)):
        for stage in _STAGES:
            after = stage(text)
            if stage in _OF_DIGITS and not any(map(str.isnumeric, text)):
                assert after == text, stage
                seen += 1
            text = after
    assert seen > 1000
