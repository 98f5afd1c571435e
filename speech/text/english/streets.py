"""Postal addresses: house numbers, streets with and without a full stop, states and ZIP codes."""

import re

from speech.text.english.numbers import spell_digits, spell_number, spell_pairs
from speech.text.english.patterns import END, SENTENCE_STARTS, START, alternatives
from speech.text.english.titles import POSTAL_STATES
from speech.text.rules import compiled, substitute

_STATE = alternatives(POSTAL_STATES)
_STREETS = {
    "St": "Street",
    "Dr": "Drive",
    "Ave": "Avenue",
    "Rd": "Road",
    "Blvd": "Boulevard",
    "Ln": "Lane",
    "Hwy": "Highway",
    "Pkwy": "Parkway",
    "Expy": "Expressway",
    "Fwy": "Freeway",
    "Tpke": "Turnpike",
    "Ct": "Court",
    "Pl": "Place",
    "Sq": "Square",
    "Ter": "Terrace",
    "Cir": "Circle",
}
_PLAIN = "Ave|Rd|Blvd|Hwy|Pkwy|Expy|Fwy|Tpke|Ln"  # nothing else is written so
_DIRECTIONS = {"N": "North", "S": "South", "E": "East", "W": "West"}
_NAME = r"(?:[A-Z][\w']{1,24}|\d{1,3}(?:st|nd|rd|th))"
_NOT_A_NAME = (
    rf"(?!(?:{SENTENCE_STARTS}|See|Meet|Saint|Ask|Call|Dear|Hello|Hi|Mr|Mrs|Ms|Said|Says)\b)"
)
_ALSO_WORDS = "OK|HI|OH|ME|IN|OR|LA|MD|MA|PA|MS"
"""or titles: states after a place, and with a ZIP code"""
_TO_A_PLACE = "in|from|to|near|of|at|for|through|around|outside|leaving"
_NO_ZIP = r"(?=[,.;:?!)\"']|$)"
_CITY = r"(?:[A-Z][\w'.-]{0,24} ){0,3}[A-Z][\w'-]{0,23}[a-z]"
_SENTENCE = rf"(?=[\"')\]]*$| [\"'(]*(?:{SENTENCE_STARTS})\b)"
_NO_NAME_AFTER = rf"(?=\W*$|[,;:)?!]| (?:{SENTENCE_STARTS})\b| [^A-Z\s]| (?:[NS][EW]?|[EW])\b)"


def read_streets(text: str) -> str:
    """Streets and states in full, house numbers by pairs, ZIP codes digit by digit."""
    return substitute(_RULES, text)


def _house(match: re.Match[str]) -> str:
    no, number, direction, name, street = match.groups()
    number_word = f"{no[0]}umber " if no else ""
    direction = f"{_DIRECTIONS[direction]} " if direction else ""
    house = f"{number_word}{_house_number(number)}"
    return f"{house} {direction}{name} {_street(street)}{_stop(match)}"


def _house_number(digits: str) -> str:
    if "-" in digits:  # 12-34 of Queens
        return " ".join(map(spell_number, digits.split("-")))
    return spell_pairs(digits) if len(digits) in (3, 4) else spell_number(digits)


def _street(written: str) -> str:
    return _STREETS[written.capitalize()]


def _named(match: re.Match[str]) -> str:
    return f"{match[1]} {_street(match[2])}{_stop(match)}"


def _stop(match: re.Match[str]) -> str:
    """The full stop of the abbreviation, where it also ends the sentence."""
    ends = match.group().endswith(".") and re.match(_SENTENCE, match.string[match.end() :][:40])
    return "." if ends else ""


def _in_a_state(match: re.Match[str]) -> str:
    return f"{match[1]}, {POSTAL_STATES[match[2]]}"


def _zip(match: re.Match[str]) -> str:
    return f"{POSTAL_STATES[match[1]]}{match[2]} {_digits(match[3])}"


def _digits(written: str) -> str:
    return ", ".join(spell_digits(group) for group in written.split("-"))


_RULES = compiled(
    [
        (rf"(?<!\w)({_STATE})(,?) (\d{{5}}(?:-\d{{4}})?){END}", _zip),
        (rf"\b((?:{_TO_A_PLACE}) {_CITY}), ({_STATE}){_NO_ZIP}", _in_a_state),
        (rf"(?<!\w)({_CITY}), (?!(?:{_ALSO_WORDS})\b)({_STATE}){_NO_ZIP}", _in_a_state),
        (
            rf"{START}(?P<no>[Nn]o\. )?(\d{{1,5}}|\d{{1,3}}-\d\d) (?:([NSEW])\.? )?"
            rf"({_NAME}(?: {_NAME}){{0,2}}) ((?i:{alternatives(_STREETS)}))\b(?!')\.?",
            _house,
        ),
        (rf"\b{_NOT_A_NAME}({_NAME}) ({_PLAIN}|{_PLAIN.lower()})\b\.?", _named),
        (rf"\b{_NOT_A_NAME}({_NAME}) (St|Dr)\b\.?{_NO_NAME_AFTER}", _named),
        (r"(?<=\d )(hwy|blvd|ave|rd)\b\.?", lambda m: _street(m[1])),
    ]
)
