"""Raised figures: a power, an ion's charge, an isotope's mass, or a footnote, which is not read."""

import re

from speech.text.english.patterns import table
from speech.text.rules import compiled, substitute

_FIGURES = "⁰¹²³⁴-⁹"
_RUN = f"[{_FIGURES}]+"
_NOTES = rf"{_RUN}(?:[,⁻–-]{_RUN})*"
_LETTER = rf"[^\W\d_ⁿ{_FIGURES}₀-₉]"
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SIGNS = {"⁺": "plus", "⁻": "minus", "+": "plus", "-": "minus"}
_RAISED = {row[0] for row in table("units.tsv")} | {"sin", "cos", "tan", "log", "ln", "exp"}
_UNIT_NAME = re.compile(r"(?:\w*met(?:er|re)|mile|yard|inche?|second|acre)s?|foot|feet")
_SHORT_WORD = re.compile(r"(?i:[a-z]?[aeiou][a-z]?|my|by)")  # no two factors, as in "mc²"


def read_superscripts(text: str) -> str:
    """Powers as `^6`, notes gone; a lone ² or ³ that is a power stays for the units."""
    return substitute(_RULES, text)


def _figures(match: re.Match[str]) -> str:
    return match.group().translate(_PLAIN)


def _power(match: re.Match[str]) -> str:
    return "^" + match.group().translate(_PLAIN).lstrip("+")


def _charge(match: re.Match[str]) -> str:
    return f" {match[1].translate(_PLAIN)} {_SIGNS[match[2]]} "


def _without_note(match: re.Match[str]) -> str:
    """The word before a note; all of it, where the figure is a power: cm², mc²."""
    word = match[1]
    if len(word) == 2 and not _SHORT_WORD.fullmatch(word):
        return match.group()
    if word == "in":
        is_unit = match.string[: match.start()].rstrip(" -")[-1:].isdecimal()
    else:
        is_unit = word in _RAISED or bool(_UNIT_NAME.fullmatch(word))
    return match.group() if is_unit else word


_RULES = compiled(
    [
        (rf"(?<={_LETTER})([²³⁴]?)([⁺⁻])(?![\w⁺⁻])", _charge),
        (r"(?<=[₀-₉])([²³⁴]?)([⁺⁻])(?![\w⁺⁻])", _charge),
        (r"(?:(?<=[A-Z])|(?<=[A-Z][a-z\d]))\^([2-4]?)([+-])(?![\w(]| ?\d)", _charge),  # SO4^2-
        (rf"(?<![^\s(]){_RUN}(?=[A-Z])", _figures),
        (rf"(?<![^\W_])({_LETTER}{{2,}}){_NOTES}(?!\w)", _without_note),
        (rf"(?<=[.,!?;:\"'”’»\]…]){_NOTES}|(?<={_LETTER}{{3}}\)){_NOTES}", ""),
        (rf"(?:(?<={_LETTER})|(?<=\d{{4}}))¹(?!\w)", ""),
        (rf"(?:(?<=[\d)])|(?<={_LETTER}))(?:[⁺⁻]{_RUN}|(?![²³](?![{_FIGURES}])){_RUN})", _power),
        (rf"(?<![^\W_])({_LETTER}|\d+)ⁿ", r"\1^n"),
    ]
)
