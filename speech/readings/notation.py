"""Readings of notation that one field has: powers, functions, clauses, verses, compounds, calibres."""

import re
from collections.abc import Callable, Iterator

from speech.readings.meanings import UNIT_NAMES
from speech.readings.numbers import code, counted, lap, military
from speech.readings.tokens import said
from speech.text.english.addresses import ENDINGS
from speech.text.english.formulas import COMPOUND, FUNCTION, FUNCTIONS, GRADE
from speech.text.english.patterns import alternatives
from speech.text.english.ranges import ALWAYS, ASKED
from speech.text.english.romans import numeral_value
from speech.text.english.times import OF_DAY, ZONES
from speech.text.english.titles import DIRECTIONS, PARTED
from speech.text.english.verses import BOOKS, SHORT_BOOKS

RuleParts = Iterator[tuple[str, Callable[[re.Match[str]], list[str]], bool]]

_LONG_UNITS = [unit for unit in UNIT_NAMES if len(unit) > 1]
_NAMED = {"2": ["squared"], "3": ["cubed"]}
_PLAIN = str.maketrans("²³", "23")
_LIVED = {"b": "born ", "d": "died "}
_NTH = {"1": "1st", "2": "2nd", "3": "3rd"}
_BOOK = rf"(?:{BOOKS}|(?:{alternatives(SHORT_BOOKS)})\b\.?)"


def notation_rules() -> RuleParts:
    """Rules that go before those of numbers; case counts."""
    yield rf"\b(?:([123]) )?({_BOOK}) (?=\d{{1,3}}:\d)", _book, True
    yield r"(?<![\w:])(\d{1,3}):(\d{1,3}) ?- ?(\d{1,3})(?![\w:])", said(r"\1 \2 to \3"), True
    yield ALWAYS, said("24 7"), True
    yield r"\bWW(I{1,2}|[12])\b", _world_war, True
    yield FUNCTION, _function, True
    yield (
        r"(?<![\w.,/-])(\d{1,5}[a-z]?)((?:\((?:[A-Za-z]|\d{1,2}|[ivx]{2,4})\))+)(?![\w:])",
        _clause,
        True,
    )
    yield r"\((?=[ivx]{2,4}\))([ivx]+)\)", lambda m: [str(numeral_value(m[1]))], True
    yield COMPOUND, lambda m: [" ".join(m[0]), m[0]], True
    yield r"\bO-O-O\b", said("castles queenside"), True
    yield r"\bO-O\b", said("castles"), True
    yield GRADE, said(r"\1 minus"), True
    yield (
        r"(?<![\w.])\.(\d\d\d?)(?=[ -](?:cal|[Mm]agnum|rifle|revolver|pistol|handgun))",
        said(r"\1"),
        True,
    )
    yield rf"\b([NSEW])\. (?={PARTED}\b)", lambda m: [f"{DIRECTIONS[m[1]]} "], True
    yield r"\b802\.11(?=[a-z]{0,2}\b)", said("802 point 11", "802 dot 11"), True
    yield r"\b(?:Boeing|Airbus) \d{3}-\d{1,4}\b", lambda m: [m[0].replace("-", " ")], True
    yield r"§§ ?(?=\d)", said("sections "), True
    yield r"(?<!\w)(\d{1,3})m ?(\d{1,2})s\b", _minutes, True
    yield (
        r"(?<!\w)(\d{1,3})[ -]?(?:y/o|y\.o\.|yo)(?!\w)",
        said(r"\1 years old", r"\1 year old"),
        True,
    )
    yield rf"(?<![^\s\"'(])\.({ENDINGS})(?![\w@-])", said(r"dot \1"), False
    yield r"\bed\.(?= by\b)", said("edited"), True
    yield r"(?<![\w.])([bd])\. ?(?=1\d{3}|20\d\d)", lambda m: [_LIVED[m[1]]], True
    yield r"(?<!\d)(?<!\d )([1-9]\d?) (000)(?![ \d])", said(r"\1 \2", r"\1 0 0 0"), True


def number_rules() -> RuleParts:
    """Numbers of one use, before those of any: sums, laps, hours of the military, ZIP codes."""
    number = r"\d[\d,]*(?:\.\d+)?"
    yield ASKED, said(r"\1 minus "), True
    terms = rf"[-+*/×÷] ?{number}"
    yield rf"(?<=\d) ?- ?(?={number}(?: ?{terms}){{0,4}} ?=)", said(" minus "), True
    yield r"(?<=\b[a-z]) - (?=[\da-z]\b[^.!?]{0,20}=)", said(" minus "), True
    yield r"(?<=\d[a-z]) - (?=[\da-z]\b[^.!?]{0,20}=)", said(" minus "), True
    yield r"(?<![\w.:])(\d\d?):([0-5]\d\.\d{1,3})(?![\w:])", lap, True
    yield rf"(?<![\w.,:-])([01]\d|2[0-4])([0-5]\d) (?=(?:hours|hrs|{ZONES})\b)", _hours, True
    yield rf"(?<![\w.$£€])(\d\d?)\.([0-5]\d){OF_DAY}", said(r"\1 \2"), True
    yield r"(?<![\w.,-])\d{5}-\d{4}(?![\w-])", code, True
    yield r"(?<![\w.+-])\+(?!1\b)\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?!\w|[.-]\d)", code, True
    half = r"([ap])\.?m\b\.?"
    yield rf"(?<=\d) ?(?:{half})? ?[-—~] ?(?=(?:noon|midnight)\b)", _till, True
    yield r"\b(noon|midnight) ?[-—~] ?(?=\d)", said(r"\1 to "), True
    yield r"(?:(?<=\d/\d)|(?<=\d/\d\d)) ?[-—] ?(?=\d)", said(" to ", " through "), True
    yield rf"(?<=[a-z])/({alternatives(UNIT_NAMES)})([²³])", _per_area, True
    yield rf"(?<=\bper )({alternatives(_LONG_UNITS)})(?![\w/²³])", _unit_alone, True
    inches = r"(?:(?<=/\d)|(?<=/\d\d))[ -]?in\.(?= [a-z]|,)"
    yield inches, said(" inch", " inches", " of an inch"), True
    yield r"(?<=\d) ?¢", said(" cents"), True


def power_rules() -> RuleParts:
    """Of what no unit has taken."""
    yield r"(?<=[\w)]) ?(?:(?:\^ ?|\*\*)(-?\d+|[a-z])(?!\w|\.\d)|([²³]))", _power, True


def _hours(match: re.Match[str]) -> list[str]:
    return [f"{hours} " for hours in military(match)]


def _till(match: re.Match[str]) -> list[str]:
    half = f" {match[1]}m" if match[1] else ""
    return [f"{half} {to} " for to in ("to", "till", "until")]


def _per_area(match: re.Match[str]) -> list[str]:
    kind = {"²": "square", "³": "cubic"}[match[2]]
    return [f" per {kind} {UNIT_NAMES[match[1]]}"]


def _unit_alone(match: re.Match[str]) -> list[str]:
    return [UNIT_NAMES[match[1]], match[1]]


def _power(match: re.Match[str]) -> list[str]:
    written = (match[1] or match[2]).translate(_PLAIN).replace("-", "minus ")
    ordinal = _NTH.get(written, f"{written}th")
    ways = (f"to the power of {written}", f"to the {ordinal} power", f"to the {ordinal}")
    return [*_NAMED.get(written, []), *ways, f"to the {written}"]


def _book(match: re.Match[str]) -> list[str]:
    which, book = match[1], match[2].rstrip(".")
    name = SHORT_BOOKS.get(book, book)
    return [f"{number} {name}".strip() for number in ([_NTH[which], which] if which else [""])]


def _world_war(match: re.Match[str]) -> list[str]:
    return [f"World War {len(match[1]) if match[1][0] == 'I' else match[1]}"]


def _function(match: re.Match[str]) -> list[str]:
    name, base, inside = match.groups()
    names = dict.fromkeys((FUNCTIONS.get(name, name), name))
    return [f"{known}{f' base {base}' if base else ''} of {inside}" for known in names]


def _clause(match: re.Match[str]) -> list[str]:
    """ "501(c)(3)" is 501 c 3."""
    steps = re.findall(r"\w+", match[2])
    numbers = [str(numeral_value(s)) if len(s) > 1 and s.isalpha() else s for s in steps]
    return [" ".join([match[1], *numbers]), " ".join([match[1], *steps])]


def _minutes(match: re.Match[str]) -> list[str]:
    return [f"{counted(match[1], 'minute')} {counted(match[2], 'second')}"]
