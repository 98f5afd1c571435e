"""The project's own words over hibari's dictionaries.

Two tables in the form of a user's lexicon: `cmudict_en.tsv`, frequent words that hibari has not, mostly
names, from CMUdict; and `lexicon_en.tsv`, what was checked by hand, which goes before everything else.
As words of the dictionary they have their plurals, possessives, -ed, -ing and compounds by its rules.
"""

import re
from hashlib import sha256
from importlib.resources import files
from typing import Any

from speech.text.lexicon import read_lexicon

OWN = ("cmudict_en.tsv", "lexicon_en.tsv")
"""later ones first"""
_LONG = re.compile(r"^([ˈˌ]?ɪ)([lmɹ])\2")


def sources() -> list[bytes]:
    """What the readings follow from, but for hibari's: the tables and these lines."""
    return [files("speech.text").joinpath(name).read_bytes() for name in (*OWN, "own_words.py")]


def revision() -> str:
    """Of what words sound like here; another one may make other phonemes of a text."""
    package = files("speech.text")
    rules = ("heteronyms.tsv", "heteronyms.py", "inflections.py", "phonemes.py")
    parts = [*sources(), *(package.joinpath(name).read_bytes() for name in rules)]
    return sha256(b"".join(parts)).hexdigest()[:12]


def with_own_words(checked: dict[str, Any]) -> dict[str, Any]:
    """hibari's checked words, `mended`, with the project's over them; the same object.

    A word in small letters stands for the capitalised one too; one with a capital leaves a word in
    small letters as it is: the name Xi is no letter of Greek.
    """
    mended(checked)
    for name in OWN:
        own = read_lexicon(f"package://speech.text/{name}").phonemes.exact
        for word, phonemes in own.items():
            if word == word.lower():
                checked.pop(word.capitalize(), None)
            checked[word] = phonemes
    return checked


def mended(readings: dict[str, Any]) -> dict[str, Any]:
    """The same object without what English does not have: "graphs" that end in fz, "raced" in sd, and
    a consonant that is long because it is written twice, as in "illegal"."""
    for word, said in readings.items():
        if isinstance(said, str):
            said = _LONG.sub(r"\1\2", said)
            if word.endswith("s"):
                said = re.sub("(?<=[ptkfθ])z$", "s", said)
            elif word.endswith("d"):
                said = re.sub("(?<=[pkfθʃsʧ])d$", "t", said)
            readings[word] = said
    return readings
