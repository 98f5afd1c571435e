"""Readings of what one trade or time writes: old money, opening hours, dockets, oils, ions, seats."""

import re
from collections.abc import Callable, Iterator

from speech.readings.meanings import UNIT_NAMES, abbreviations
from speech.readings.numbers import counted, day, ordinal
from speech.readings.tokens import said
from speech.readings.written_forms import MONTH_OF, MONTHS
from speech.text.english.formulas import FUNCTIONS
from speech.text.english.money import STERLING
from speech.text.english.named_numbers import NUMBERED
from speech.text.english.patterns import NUMBER, alternatives
from speech.text.english.ranges import LETTER_DAYS, LETTERED
from speech.text.english.titles import OF_THE_MONTH, POSTAL_STATES
from speech.text.english.units import INVERSE

RuleParts = Iterator[tuple[str, Callable[[re.Match[str]], list[str]], bool]]

_STATES = {short: names[0] for short, names in abbreviations("state").items()} | POSTAL_STATES
_COINS = {"pounds": "pound", "shillings": "shilling", "pence": "penny"}
_MONTH = rf"(?:{alternatives(name.title() for name in MONTH_OF)})\b\.?"
_STREET = (
    r"(?:[NSEW]\.? )?(?:[A-Z]\w+|\d{1,3}(?:st|nd|rd|th)) (?:[A-Z]\w+ )?(?:St|Ave|Rd|Blvd|Dr|Ln)\b"
)
_PER_POWER = {"1": "", "2": "square ", "3": "cubic "}


def trade_rules() -> RuleParts:
    """Rules that go before those of numbers; case counts."""
    for pattern in STERLING:
        yield pattern, _sterling, True
    yield rf"\b([DRI])-({alternatives(_STATES)})\b\.?", _of_a_state, True
    yield r"\b([DRI])-([A-Z])\. ?([A-Z])\.", _of_a_state, True
    yield (
        r"(?<=\d(?:st|nd|rd|th) )(inst|ult|prox)\b\.?",
        lambda m: [OF_THE_MONTH[m[1]]],
        True,
    )
    yield r"(?<=\d(?:st|nd|rd|th) )Cir\.", said("Circuit"), True
    yield rf"(?i:\b({NUMBERED})) [Nn]os?\.:? ?(?=[A-Z])", said(r"\1 number "), True
    yield r"(?<![\w.,-])(\d{1,2})W-(\d{2})(?![\w-])", said(r"\1 W \2"), True
    yield r"\b[Nn]o\. (\d\d)-(\d{3,5})(?![\w-])", said(r"number \1 \2", r"number \1\2"), True
    yield rf"(?<![\w.,/-])(\d{{1,3}})-(\d\d)(?= {_STREET})", said(r"\1 \2"), True
    yield rf"(?<![\w.,])({NUMBER})[kK] ?(mi|miles|km|lbs?|ft)\b", _thousands, True
    yield r"(?<![\w.,'])(\d{1,3}(?:,\d{3})+)'(?!\w)", said(r"\1 feet"), True
    yield r"\b(arXiv): ?(\d{4})\.(\d{4,5})(?:v\d{1,2})?\b", said(r"\1 \2 dot \3"), True
    yield LETTERED, _letter_days, True
    yield rf"\b({_MONTH}) (\d\d?)((?:, \d\d?){{0,4}},? )(and|&|or) (\d\d?)(?![\w/:])", _days, True
    day_of = r"(?:the )?(\d\d?)(?:st|nd|rd|th)?"
    yield rf"(?<![\w./-]){day_of} (and|&|or) {day_of} (?:of )?({_MONTH})", _two_days, True
    yield rf"(?<![\w-])(\d\d?)-({_MONTH})-(\d\d)(?![\w-])", _dated, True
    yield (
        r"(?i:\b(exp(?:\.|ir(?:y|es|ing|ation))?:? (?:date:? |in )?))(0[1-9]|1[0-2])/(\d\d)(?![\w/])",
        lambda m: [f"{m[1]}{MONTHS[int(m[2]) - 1]} 20{m[3]}", f"{m[1]}{m[2]} {m[3]}"],
        True,
    )
    units = alternatives(UNIT_NAMES)
    yield (
        rf"(?<![\w.,])({NUMBER}) ?({units})((?: (?:{INVERSE})\^?-[123])+)(?![\w.])",
        _inverse,
        True,
    )
    yield r"\b([A-Z][a-zA-Z]{0,3})(\d?) ([2-4]) (plus|minus)\b", _ion, True
    yield r"\b(sin|cos|tan)([²³])(?= ?[α-ωx]\b| ?\d{1,3}°)", _angle, True
    yield r"(?<=\b[a-z]\^\d) ?- ?(?=\d)", said(" minus "), True
    yield r"(?<=\d\^\d) ?- ?(?=\d{1,2}\^)", said(" to "), True


def _sterling(match: re.Match[str]) -> list[str]:
    """ "3 pounds 4 shillings and 6 pence"."""
    written = match.groupdict()
    parts = [counted(written[of], name) for of, name in _COINS.items() if written.get(of)]
    parts = [re.sub(r"pennys$", "pence", part) for part in parts]
    return [f"{' '.join(parts[:-1])}{sign}{parts[-1]}" for sign in (" and ", " ")]


def _of_a_state(match: re.Match[str]) -> list[str]:
    """ "R-Fla." """
    party, *place = match.groups()
    state = _STATES.get("".join(place))
    return [f"{party} {state}", f"{party} {' '.join(''.join(place))}"] if state else []


def _thousands(match: re.Match[str]) -> list[str]:
    number, unit = match.groups()
    name = UNIT_NAMES.get(unit, unit.removesuffix("s"))
    return [counted(f"{number} thousand", name), f"{number} K {counted('', name).strip()}"]


def _letter_days(match: re.Match[str]) -> list[str]:
    first, last = (LETTER_DAYS[letters] for letters in match.groups())
    return [*(f"{first} {to} {last}" for to in ("to", "through")), " ".join(match.groups())]


def _days(match: re.Match[str]) -> list[str]:
    """ "May 5, 6 and 7"; the last may be counted: "May 5 and 7 men"."""
    month, numbers = MONTH_OF[match[1].lower().rstrip(".")], re.findall(r"\d+", match[3])
    days = [ordinal(int(number)) for number in (match[2], *numbers)]
    word = match[4].replace("&", "and")
    return [
        f"{month} {' '.join(days)} {word} {last}" for last in (ordinal(int(match[5])), match[5])
    ] + [f"{month} {days[0]} {' '.join(numbers)} {word} {match[5]}"]


def _two_days(match: re.Match[str]) -> list[str]:
    """ "the 5th and 6th of May" """
    word, month = match[2].replace("&", "and"), MONTH_OF[match[4].lower().rstrip(".")]
    first, last = (ordinal(int(number)) for number in match.group(1, 3))
    spans = (
        f"the {first} {word} the {last}",
        f"the {first} {word} {last}",
        f"{first} {word} {last}",
    )
    said_of = [f"{span} {of}{month}" for span in spans for of in ("of ", "")]
    return [*said_of, f"{match[1]} {word} {match[3]} {month}"]


def _dated(match: re.Match[str]) -> list[str]:
    """ "4-Mar-24" """
    number, month, year = match.groups()
    return [
        reading
        for written in (f"20{year}", f"19{year}", year)
        for reading in day(number, month, written)
    ]


def _inverse(match: re.Match[str]) -> list[str]:
    """ "9.8 m s^-2" is 9.8 meters per second squared."""
    rates = [
        f"per {UNIT_NAMES.get(unit, unit)} squared"
        if unit == "s" and power == "2"
        else f"per {_PER_POWER[power]}{UNIT_NAMES.get(unit, unit)}"
        for unit, power in re.findall(r"([A-Za-z]+)\^?-(\d)", match[3])
    ]
    return [" ".join([counted(match[1], UNIT_NAMES[match[2]]), *rates])]


def _ion(match: re.Match[str]) -> list[str]:
    """ "SO4 2 minus" by its letters."""
    name, count, charge, sign = match.groups()
    return [" ".join([*spelled, *count, charge, sign]) for spelled in (name, [name])]


def _angle(match: re.Match[str]) -> list[str]:
    power = {"²": "squared", "³": "cubed"}[match[2]]
    return [f"{name} {power} " for name in (FUNCTIONS[match[1]], match[1])]
