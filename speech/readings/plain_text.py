"""Written English before it is read: without markup, one form of each sign, numbers grouped one way."""

import html
import re
import unicodedata

from speech.readings.tokens import key
from speech.text.english.formulas import FUNCTION
from speech.text.english.groups import read_groups
from speech.text.english.numbers import spell_number
from speech.text.english.romans import numeral_value
from speech.text.english.superscripts import read_superscripts

_UNIFIED = str.maketrans(
    {**dict.fromkeys("’‘‛ʼ`", "'"), **dict.fromkeys("“”„″", '"'), **dict.fromkeys("‐‑–−", "-")}
    | dict.fromkeys("\u00a0\u2009\u202f", " ")
)
_QUOTATION_MARKS = re.compile(r"(?<!\w)'+(?!\d|em\b)|(?<=[^\W\d])'+(?!\w)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")  # also a word with its phonemes
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BRACKETS = re.compile(rf"{FUNCTION}|[\[(](?P<inside>[^\[\]()]*)[\])]")
_NUMERAL = re.compile(r"[ivx]{1,4}")
_AREA_CODE = re.compile(r"\((\d+)\)[ -]?(?=\d)")


def plain_text(text: str, spoken: str | None) -> str:
    """Without markup, one form of each sign; brackets stay where the frontend speaks them."""
    text = read_superscripts(html.unescape(text).translate(_UNIFIED))
    text = re.sub(r"(?<!\w)([$£€])-(?=\d)", r"-\1", "".join(map(_folded, text)))
    text = re.sub(r"\$\(([\d,.]+)\)", r"-$\1", text)  # a loss
    text = read_groups(_TAG.sub(" ", _LINK.sub(r"\1", _QUOTATION_MARKS.sub(" ", text))))
    if spoken is None:
        return text
    text = _AREA_CODE.sub(r"\1-", text)
    heard = set(map(key, spoken.split()))
    return _BRACKETS.sub(lambda match: _bracketed(match, heard), text)


def _bracketed(match: re.Match[str], heard: set[str]) -> str:
    """What brackets hold, where it is spoken; those of f(x) stay."""
    inside: str | None = match["inside"]
    if inside is None:
        return match.group()
    if _NUMERAL.fullmatch(inside):
        number = str(numeral_value(inside))
        if len(inside) > 1 or spell_number(number) in heard:
            return f" {number} "
    words = [key(word) for word in (*inside.split(), *re.findall(r"\w+", inside))]  # also of R-TX
    unspoken = all(word.isalpha() for word in words) and heard.isdisjoint(words)
    return " " if unspoken else f" {inside} "


def _folded(char: str) -> str:
    if char in "²³" or unicodedata.category(char) not in ("No", "Nd"):
        return char
    folded = unicodedata.normalize("NFKC", char).replace("⁄", "/")
    return f" {folded}" if "/" in folded else folded
