"""Words by which sentencex finds the ends of English sentences, as it answers when it is asked."""

import itertools
import re
import string
from collections.abc import Iterable

import sentencex

from speech.text.english.patterns import table as english_table

_WORD = re.compile("[a-z]+(?:'[a-z]+)?")
_ALL = 3
"""letters; of so many, all words are asked for"""
_LONGEST = 6
"""of abbreviations"""


def sentence_tables(known: Iterable[str]) -> dict[str, list[str]]:
    """Of known words, of the project's abbreviations and of all short ones, by what they do:

    abbreviations   a sentence goes on after "Mr."
    markers         it goes on after "oz." before a small letter alone,
    fronting        or where all words before are such as in "In the oz. Troy"
    starters        it begins with "The" even after an abbreviation
    """
    words = sorted(_words(known))
    asked = [word for word in words if len(word) <= _LONGEST]
    short = [word for word in asked if not _ends(f"it ran my {word}. then")]
    markers = {word for word in short if _ends(f"it ran my {word}. Xyz went")}
    fronting = {word for word in words if not _ends(f"{word} oz. Xyz went")}
    starts = (word.capitalize() for word in words)
    return {
        "abbreviations": [word for word in short if word not in markers or word in fronting],
        "markers": sorted(markers),
        "fronting": sorted(fronting),
        "starters": [word for word in starts if _ends(f"it ran Mr. {word} is")],
    }


def _words(known: Iterable[str]) -> set[str]:
    abbreviations = (row[0] for row in english_table("abbreviations.tsv"))
    letters = string.ascii_lowercase
    short = (itertools.product(letters, repeat=size) for size in range(1, _ALL + 1))
    words = {word.lower() for word in itertools.chain(known, abbreviations)}
    return {word for word in words if _WORD.fullmatch(word)} | {
        "".join(word) for words in short for word in words
    }


def _ends(text: str) -> bool:
    return len(sentencex.segment("en", text)) > 1
