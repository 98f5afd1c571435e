"""What the frontend reads by its tables is no misreading, for every row of them."""

import pytest

from speech.judges.wer import is_misread, score
from speech.text.english.patterns import table
from speech.text.normalize import normalize

SENTENCES = {
    "title": "I met {}. Smith.",
    "title-dot": "I met {}. Smith.",
    "state": "He lives in Dover, {}. now.",
    "number": "See {}. 5 for it.",
    "dot": "We saw {}. and left.",
    "dot-lower": "It took {}. then.",
    "dot-between": "Roe {}. Wade came first.",
    "day": "See you on {}. at five.",
    "bare": "We saw {} and left.",
    "slash": "He came {}him.",
}
ABBREVIATIONS = [SENTENCES[kind].format(short) for short, _, kind in table("abbreviations.tsv")]
UNITS = [
    sentence.format(unit)
    for unit, *_ in table("units.tsv")
    for sentence in ("It took 9.5{} then.", *["The box has 12 {} of it."] * (len(unit) > 1))
]
CURRENCIES = [
    sentence.format(sign)
    for sign, *_ in table("currencies.tsv")
    for sentence in (
        *("It cost {}40 then.", "It cost {}1 then.", "It cost {}2.50 then."),
        *["The fee is 40 {} now."] * sign.isalpha(),
    )
]


@pytest.mark.parametrize("texts", [ABBREVIATIONS, UNITS, CURRENCIES])
def test_no_row_is_misread(texts: list[str]) -> None:
    misread = []
    for text in texts:
        spoken = normalize(text, "en")
        errors = score(text, spoken, "en", spoken).errors
        if errors or is_misread(text, spoken, spoken, "en"):
            misread.append((text, spoken))
    assert not misread


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("See you Sat. at 5.", "See you Saturday at 5."),
        ("We met on Mon. and Tue.", "We met on Monday and Tuesday."),
        ("Sat & Sun, Mon/Tue", "Saturday and Sunday, Monday or Tuesday"),
        ("Apt. 4B is mine.", "Apartment 4B is mine."),
        ("Denver, Colo. now", "Denver, Colorado now"),
        ("He went to Mass.", "He went to mass."),
        ("We sat in the Sun.", "We sat in the sun."),
        ("An MRI of DRAMA class", "An MRI of drama class"),
        ("See min. 5, for 5 min. or so.", "See minimum 5, for 5 minutes or so."),
        ("BTW it is cold.", "B T W it is cold."),
        ("BTW it is cold.", "By the way, it is cold."),
        ("The box is 12 in. wide.", "The box is 12 inches wide."),
        ("12 in. of snow fell.", "Twelve inches of snow fell."),
        ("It is 5 in the morning.", "It is five in the morning."),
        ("a 10-yr-old boy", "a ten year old boy"),
        ("Add 5 fl oz of milk.", "Add 5 fluid ounces of milk."),
        ("5-10 kcal", "five to ten kilocalories"),
        ("The fee is 40 EUR.", "The fee is 40 euros."),
        ("It cost US$40.", "It cost 40 US dollars."),
        ("It cost US$40.", "It cost forty dollars."),
        ("It cost CAD 5 million.", "It cost five million Canadian dollars."),
        ("Pay 40€ now.", "Pay forty euros now."),
        ("Henry VIII's wives were six.", "Henry the Eighth's wives were six."),
        ("Malcolm X's life", "Malcolm X's life"),
        ("Queen Elizabeth I died.", "Queen Elizabeth the First died."),
        ("World War I ended.", "World War One ended."),
        ("I gave it 4/5 stars.", "I gave it four out of five stars."),
    ],
)
def test_meanings_are_right(written: str, heard: str) -> None:
    assert score(written, heard, "en").wer == 0


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("See you Sat. at 5.", "See you Sunday at 5."),
        ("See you Tues. at 5.", "See you twos at 5."),
        ("I met Det. Smith.", "I met Smith."),
        ("He paid in Mich. and left.", "He paid in and left."),
        ("It is 5 in the morning.", "It is five inches the morning."),
        ("The fee is 40 EUR.", "The fee is 40 dollars."),
        ("After the war I left.", "After the war one left."),
        ("Then I left.", "Then the first left."),
        ("I gave it 4/5 stars.", "I gave it four slash five stars."),
    ],
)
def test_other_meanings_are_wrong(written: str, heard: str) -> None:
    assert score(written, heard, "en").wer > 0
    assert score(written, heard, "en", heard).wer > 0, "a frontend does not vouch for itself"


def test_units_differ_by_case() -> None:
    assert score("12 MW", "twelve megawatts", "en").wer == 0
    assert score("12 MW", "twelve milliwatts", "en").wer > 0
