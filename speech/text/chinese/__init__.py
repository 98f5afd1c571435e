"""Chinese as it is spoken: wetext's grammars on everything but the Latin words in between.

What the grammars read wrong is rewritten before they see it, in stages that each know one kind of
token: they turn it into Chinese digits or into a form that the grammars know, and leave everything
else alone. What an address, an amount or a code has taken is no range or number any more.
"""

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from speech.text.chinese.addresses import read_addresses
from speech.text.chinese.codes import read_codes
from speech.text.chinese.dates import read_dates
from speech.text.chinese.formulas import read_algebra, read_formulas, read_powers
from speech.text.chinese.money import read_money
from speech.text.chinese.named_numbers import read_named_numbers
from speech.text.chinese.numbers import in_digits
from speech.text.chinese.ranges import read_ranges
from speech.text.chinese.scores import read_scores
from speech.text.chinese.signs import read_counts, read_negatives, read_signs
from speech.text.chinese.units import read_units

if TYPE_CHECKING:
    from wetext import Normalizer

_STAGES = (
    read_addresses,
    read_money,
    read_algebra,
    read_codes,
    read_named_numbers,
    read_powers,
    read_units,
    read_dates,
    read_scores,
    read_ranges,
    read_negatives,
    read_formulas,
    read_signs,
    read_counts,
)
_QUOTES = str.maketrans({"《": "“", "》": "”", "「": "“", "」": "”", "『": "‘", "』": "’"})
_LATIN_WORD = r"(?<![A-Za-z])[A-Za-z]{3,}(?:[ '-]+[A-Za-z]{3,})*(?![A-Za-z])"
_LIST_COMMA = r"(?<=\d)[，,](?=\d)(?!\d{3}(?!\d))|(?<=\d{4})[，,](?=\d)"
_KEPT = re.compile(f"({_LATIN_WORD}|{_LIST_COMMA})")
_LONG_NUMBER = re.compile(r"\d{14,}")
_ROUND_ZERO = re.compile("(?<=[一二三四五六七八九○〇])○|○(?=[一二三四五六七八九○〇])")
_UNSPEAKABLE = re.compile(r"[^\w\s，。！？；：、—…“”‘’·,.?!;:'\"-]|_")


def normalize_chinese(text: str) -> str:
    """Cleaned Chinese text with numbers, dates, money and units in characters, without symbols.

    Latin words of three letters or more are kept from the grammars, which take their beginnings
    for units ("3:30 hello"), and so are commas between two numbers, which they would make one.
    """
    text = _ROUND_ZERO.sub("〇", text)
    text = "".join(map(_plain, text)).translate(_QUOTES)
    for stage in _STAGES:
        text = stage(text)
    pieces = _KEPT.split(text)
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
    if category[0] == "M" or (category in ("So", "Sk") and char not in "°℃^△№"):
        return ""
    return char


@lru_cache(maxsize=1)
def _normalizer() -> "Normalizer":
    from wetext import Normalizer  # costs 0.3 s that readings of English need not pay

    return Normalizer(lang="zh", operator="tn")
