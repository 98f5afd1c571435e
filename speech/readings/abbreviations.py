"""Rules for the abbreviations of the frontend's table, by what stands around them, and for numerals.

Case counts, as it does in the table: "Sat." is a day, "sat." is none.
"""

import re
from collections.abc import Callable, Iterator

from speech.readings import numbers
from speech.readings.meanings import abbreviations
from speech.readings.written_forms import ABBREVIATIONS, BY_PLACE, DAYS
from speech.text.dictionaries import checked_words
from speech.text.english.patterns import SENTENCE_STARTS, alternatives, words
from speech.text.english.romans import (
    LOWER,
    LOWER_FIRST,
    LOWER_REIGN,
    NUMBERED_THING,
    SMALL_THINGS,
    numeral_value,
)
from speech.text.english.titles import NUMBERED_UNDOTTED, PARTS_BY_LETTER

RuleParts = Iterator[tuple[str, Callable[[re.Match[str]], list[str]], bool]]

_LOWER_NEXT = LOWER_FIRST.replace("{", "{{").replace("}", "}}")
_SHAPES = {
    "number": r"({})\.(?= {{0,2}}~?\d| ?(?:[IVXLC]{{2,}}|[VX])\b| ?" + _LOWER_NEXT + ")",
    "state": r"(?<=[a-z], )({})\.(?!\w)",
    "title": r"({})(?:\.(?= ?[A-Z])|(?= [A-Z]))",
    "title-dot": r"({})\.(?= ?[A-Z])",
    "dot-between": r"({})\.(?= [A-Z])",
    "dot-lower": r"({})\.(?= [a-z\d(])",
    "dot": r"({})\.(?!\w)",
    "day": r"({})\.(?!\w)",
    "bare": r"({})(?![\w'/&])(?:\.(?!\w))?",
    "slash": r"({})(?= |\w{{3}})",
}
"""by the table's kinds, the narrower first"""
_WORDS_TOO = ("dot", "day", "state")
"""of which some are words that may end a sentence: "in the Sun." """
_RULERS = alternatives(words("rulers.txt"))
_RULER_BEFORE = re.compile(rf"\b(?:{_RULERS}|(?:King|Queen|Pope|Emperor|Prince|Tsar) [A-Z]\w+) $")
_SHORT_THINGS = alternatives(short for short in abbreviations("number") if len(short) > 1)
_THING_BEFORE = re.compile(rf"\b(?:{NUMBERED_THING}|(?:{_SHORT_THINGS})\.) $")
_LOWER_BEFORE = re.compile(
    rf"(?i:\b(?:(?:{SMALL_THINGS})s?|(?:pp?|{_SHORT_THINGS})\.) "
    rf"(?:[ivxlc]{{1,8}},? (?:(?:and|or|&|to) )?)*)$"
)
_LOWER_RULER_BEFORE = re.compile(rf"(?i:{_RULER_BEFORE.pattern})")
_STREET_BEFORE = re.compile(rf"(?:\b(?!(?:{SENTENCE_STARTS})\b)[A-Z][a-z]+|\d(?:st|nd|rd|th))\s*$")
_LONGEST_BEFORE = 40


def day_rules() -> RuleParts:
    """Two days without full stops: "Sat & Sun", "Mon/Tue"."""
    day = alternatives(name.title() for name in DAYS)
    yield rf"\b({day}) ?(&|/|and\b) ?({day})\b", _two_days, True


def abbreviation_rules() -> RuleParts:
    """All of the table; an earlier rule may know more of one."""
    numbered = abbreviations("number")
    undotted = rf"(?<![\w./&-])({alternatives(NUMBERED_UNDOTTED)})(?= \d)"
    yield undotted, lambda match: [*numbered[match[1]], match[1]], True
    for kind, shape in _SHAPES.items():
        meant = abbreviations(kind)
        said = {short: _readings(short, meant[short], kind in _WORDS_TOO) for short in meant}
        pattern = r"(?<![\w./&-])(?<!\w')" + shape.format(alternatives(said))
        yield pattern, lambda match, said=said: said[match[1]], True  # type: ignore[misc]


def by_place(match: re.Match[str]) -> list[str]:
    """The title before a name, the street after one; both where neither or both can be."""
    title, street = BY_PLACE[match[1].lower()]
    is_title = re.match(r"\s*[A-Z]", match.string[match.end() :]) is not None
    is_street = _STREET_BEFORE.search(match.string[: match.start()])
    if is_title != bool(is_street):
        return [title if is_title else street]
    return [title, street] if is_title else [street, title]


def initials(match: re.Match[str]) -> list[str]:
    """ "R&B", "AT&T"."""
    words = match.group().replace("&", " and ")
    return [re.sub(r"(?<=[A-Z])(?=[A-Z])", " ", words), words]


def _two_days(match: re.Match[str]) -> list[str]:
    first, last = (DAYS[match[group].lower()] for group in (1, 3))
    signs = ("or", "slash", "and", "") if match[2] == "/" else ("and",)
    return [f"{first} {sign} {last}" for sign in signs]


def _readings(short: str, meant: list[str], may_be_word: bool) -> list[str]:
    initials = ["".join(word[0] for word in meaning.lower().split()) for meaning in meant]
    own = ABBREVIATIONS.get(short.lower())
    return [
        *meant,
        *(own.split("|") if own else []),
        *[" ".join(short)] * (short.lower() in initials),
        *[short] * (may_be_word and (short in checked_words() or short.lower() in checked_words())),
    ]


def numeral_rules() -> RuleParts:
    """Roman numerals, also of an owner ("Henry VIII's"); "I" only where it is hardly the pronoun."""
    numeral = r"(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
    yield rf"(?<=[a-z] )(?=[IVX]{{2}}|[VX]\b)({numeral})('s)?\b", _later, True
    yield rf"(?<=[a-z.] )(?=[IVXLC]{{2}}|[VX]\b)({numeral})('s)?\b", _after_thing, True
    yield r"(?<=[A-Za-z.] )(I)('s)?\b(?!['.]\w)", _first, True
    yield PARTS_BY_LETTER, _part, True
    yield rf"(?<=[A-Za-z.] )([ivx]|{LOWER})-({LOWER})\b", _lower_range, True
    yield (
        rf"(?<=[A-Za-z.,] )({LOWER}|[ivx](?=(?:,|,? (?:and|or|&|to)) {LOWER}\b))\b(,?)",
        _lower,
        True,
    )
    yield rf"(?<=[A-Za-z] ){LOWER_REIGN}('s)?\b", _lower_ruler, True


def _later(match: re.Match[str]) -> list[str]:
    before = _before(match)
    is_ruler, is_thing = _RULER_BEFORE.search(before), _THING_BEFORE.search(before)
    return numbers.roman(match, bool(is_ruler), bool(is_thing))


def _after_thing(match: re.Match[str]) -> list[str]:
    return numbers.roman(match, after_thing=True) if _THING_BEFORE.search(_before(match)) else []


def _part(match: re.Match[str]) -> list[str]:
    words = abbreviations("number")[match[1]]
    return [f"{word} {numeral_value(match[2])}" for word in words]


def _lower(match: re.Match[str]) -> list[str]:
    """ "Scene ii", "ch. iv", and both of "vols. i and ii"."""
    return [f"{numeral_value(match[1])}{match[2]}"] if _LOWER_BEFORE.search(_before(match)) else []


def _lower_range(match: re.Match[str]) -> list[str]:
    if not _LOWER_BEFORE.search(_before(match)):
        return []
    first, last = map(numeral_value, match.groups())
    return [f"{first} {to} {last}" for to in ("to", "through")]


def _lower_ruler(match: re.Match[str]) -> list[str]:
    is_ruler = _LOWER_RULER_BEFORE.search(_before(match))
    return numbers.roman(match, after_ruler=True) if is_ruler else []


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _LONGEST_BEFORE) : match.start()]


def _first(match: re.Match[str]) -> list[str]:
    before = _before(match)
    if _RULER_BEFORE.search(before) or _THING_BEFORE.search(before):
        return [*numbers.roman(match), match.group()]
    return []
