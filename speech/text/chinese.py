"""Chinese as it is spoken: wetext's grammars on everything but the Latin words in between.

What the grammars read wrong is rewritten before they see it (see `chinese_rules`).
"""

import re
import unicodedata
from functools import lru_cache

from wetext import Normalizer

from speech.text.chinese_numbers import in_digits
from speech.text.chinese_rules import rewrite

_QUOTES = str.maketrans({"《": "“", "》": "”", "「": "“", "」": "”", "『": "‘", "』": "’"})
_LATIN_WORD = re.compile(r"((?<![A-Za-z])[A-Za-z]{3,}(?:[ '-]+[A-Za-z]{3,})*(?![A-Za-z]))")
_LONG_NUMBER = re.compile(r"\d{14,}")
_UNSPEAKABLE = re.compile(r"[^\w\s，。！？；：、—…“”‘’·,.?!;:'\"-]|_")


def normalize_chinese(text: str) -> str:
    """Cleaned Chinese text with numbers, dates, money and units in characters, without symbols.

    Latin words of three letters or more are kept from the grammars, which take their beginnings
    for units ("3:30 hello").
    """
    text = rewrite("".join(map(_plain, text)).translate(_QUOTES))
    pieces = _LATIN_WORD.split(text)
    spoken = [piece if i % 2 else _spoken(piece) for i, piece in enumerate(pieces)]
    text = _UNSPEAKABLE.sub(" ", "".join(spoken))
    return " ".join(text.strip("，、；：,;: ").split())


def _spoken(piece: str) -> str:
    """wetext strips the ends and passes on what it cannot read, digits included."""
    if not piece.strip():
        return piece
    before = piece[: len(piece) - len(piece.lstrip())]
    after = piece[len(piece.rstrip()) :]
    spelled = _LONG_NUMBER.sub(lambda match: in_digits(match.group()), piece.strip())
    return before + in_digits(_normalizer().normalize(spelled)) + after


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category[0] == "M" or (category in ("So", "Sk") and char not in "°℃^"):
        return ""
    return char


@lru_cache(maxsize=1)
def _normalizer() -> Normalizer:
    return Normalizer(lang="zh", operator="tn")
