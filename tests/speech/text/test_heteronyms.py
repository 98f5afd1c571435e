"""Words of several readings: 670 sentences with the reading that each has."""

from pathlib import Path

import pytest

from speech.text.heteronyms import table
from speech.text.lexicon import check_phonemes
from speech.text.phonemes import phonemize

SENTENCES = [
    line.split("\t")
    for line in Path(__file__).with_name("heteronyms.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
UNSEEN_RIGHT = 298  # of 304; of the first 120 of them hibari alone has 99


def is_right(word: str, phonemes: str, sentence: str) -> bool:
    said = phonemize(sentence, "en")
    words = sentence.lower().strip(".?!").replace(",", "").split()
    return said.strip(".?!").replace(",", "").split()[words.index(word.lower())] == phonemes


def test_words_are_read_as_their_sentence_asks() -> None:
    wrong = [row for part, *row in SENTENCES if part == "seen" and not is_right(*row)]
    assert wrong == []
    right = sum(is_right(*row) for part, *row in SENTENCES if part == "unseen")
    assert right >= UNSEEN_RIGHT


@pytest.mark.parametrize(
    ("sentence", "phonemes"),
    [
        ("He said that he has read it.", "hˌi sˈɛd ðæt hi hæz ɹˈɛd ɪt."),
        ("to record a record", "tə ɹəkˈɔɹd ɐ ɹˈɛkəɹd"),
        ("a live-in nanny", "ɐ lˈɪvɪn nˈæni"),
        ("The sales contract was signed.", "ðə sˈAlz kˈɑntɹˌækt wʌz sˈInd."),
        ("according to house rules", "əkˈɔɹdɪŋ tə hˈWs ɹˈulz"),
        ("two rows in a row", "tˈu ɹˈOz ɪn ɐ ɹˈO"),
    ],
)
def test_in_company(sentence: str, phonemes: str) -> None:
    assert phonemize(sentence, "en") == phonemes


def test_the_table_is_of_the_alphabet() -> None:
    assert len(table()) > 40
    for word, rows in table().items():
        assert not any(character.isspace() for character in word)
        for row in rows:
            check_phonemes(row.phonemes)
