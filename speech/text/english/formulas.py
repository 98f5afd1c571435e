"""Notation within a line: f(x), 1.5e6, n-1, pi/2, NaCl, the key of B♭ and grades such as B-."""

import re

from speech.text.english.numbers import spell_number
from speech.text.rules import compiled, substitute

FUNCTIONS = {"sin": "sine", "cos": "cosine", "tan": "tangent", "ln": "natural log", "log": "log"}
_ELEMENT = "(?:Cl|Na|Ca|Mg|Fe|Si|Al|Cu|Zn|Ag|Br|Li|H|C|N|O|S|P|F|K|B|I)"
FUNCTION = r"\b([fghFGPO]|sin|cos|tan|ln|log)((?<=log)\d{1,2}|)\((?!e?s\))([^()]{1,24})\)"
COMPOUND = rf"\b(?!NaN\b)(?=[A-Z]{{0,3}}[a-z]){_ELEMENT}{{2,4}}\b(?!\.\w|')"
GRADE = (
    r"\b([A-DF])-(?=[,.;!?)]|$| (?:in|on|to|for|average|grade|student|rat(?:ed|ing))\b"
    r"| (?:and|or) (?![A-Z]-\w))"
)


def read_formulas(text: str) -> str:
    """Signs of formulas as words; numbers and letters stay for the stages that know them."""
    return substitute(_RULES, text)


def _function(match: re.Match[str]) -> str:
    """ "f(x)" is f of x, "log2(8)" log base two of eight."""
    name, base, inside = match.groups()
    base = f" base {spell_number(base)}" if base else ""
    return f"{FUNCTIONS.get(name, name)}{base} of {inside}"


def _base(match: re.Match[str]) -> str:
    """ "log₂ 8", its figures no smaller any more"""
    return f"log base {spell_number(match[1])} of "


def _angle(match: re.Match[str]) -> str:
    """ "sin²θ" """
    power = {"²": " squared", "³": " cubed"}.get(match[2] or "", "")
    return f"{FUNCTIONS[match[1]]}{power} "


def _scientific(match: re.Match[str]) -> str:
    factor, sign, power = match.groups()
    minus = "minus " * (sign == "-")
    return f"{spell_number(factor)} times ten to the power of {minus}{spell_number(power)}"


def _compound(match: re.Match[str]) -> str:
    """NaCl by its letters."""
    return " ".join(match.group().upper())


_RULES = compiled(
    [
        (FUNCTION, _function),
        (r"\blog(2|10) (?=\d|[a-z]\b)", _base),
        (r"\b(sin|cos|tan)(²|³)?(?= ?[α-ωx]\b| ?\d{1,3}°)", _angle),
        (r"\bpH(?=\d)", "pH "),
        (
            r"(?<![\w.])(?<!\d[,:/-])(\d(?:\.\d+)?)(?:e(?=[+-]?\d)|E(?=[+-]\d))([+-]?)(\d{1,3})"
            r"(?!\w)(?![.-]\d)",
            _scientific,
        ),
        (r"(?<![\w-])([nxyt])-(?=\d(?![\w-]|[.,]\d))", r"\1 minus "),
        (r"(?<![\w/])(π|pi|[nxy])/(?=\d(?![\w/]|[.,]\d))", r"\1 over "),
        (COMPOUND, _compound),
        (
            r"\b([A-G])b(?= (?:major|minor|clarinet|trumpet|cornet|sax\w*|chord|scale)\b)",
            r"\1 flat",
        ),
        (GRADE, r"\1 minus"),
    ]
)
