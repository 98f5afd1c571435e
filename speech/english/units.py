"""Quantities with units: 5 km, 2-lb, 1/2 tsp, 20 m², 60 km/h, 12/kg, 6'2", 20°C, 9.58s."""

import re

from speech.english.fractions import spell_fraction
from speech.english.numbers import spell_number
from speech.english.patterns import (
    MAGNITUDE,
    NUMBER,
    START,
    alternatives,
    compiled,
    substitute,
    table,
)

_UNITS = {symbol: (one, many) for symbol, one, many in table("units.tsv")}
_ONLY_ATTACHED = {"s", "h", "l", "t"}  # elsewhere a letter
_PERIODS = {
    "d": "day",
    **{
        word: word for word in ("second", "minute", "hour", "day", "night", "week", "month", "year")
    },
    **{word: word for word in ("person", "head", "capita", "piece", "mile", "kilometer", "gram")},
    **{word: word for word in ("litre", "liter", "gallon")},
}
_SYMBOL = alternatives(_UNITS)
_PER = alternatives({*_UNITS, *_PERIODS})
_FRACTION = r"(?:(?P<mixed>\d{1,4}) (?:and )?)?(?P<above>\d{1,4})/(?P<below>\d{1,4})"
_LASTING = re.compile(  # before a decade's number these make it seconds: "in 30s"
    r"(?i:(?<!the )\b(?:in|for|after|within|under|takes?|took|about|around|only|lasted|last|every|"
    r"wait) )$"
)
_COMPASS = {"N": "north", "S": "south", "E": "east", "W": "west"}


def read_units(text: str) -> str:
    return substitute(_RULES, text)


def _measure(match: re.Match[str]) -> str:
    unit, gap = match["unit"], match["gap"]
    if (unit in _ONLY_ATTACHED and gap) or (unit == "s" and not _is_seconds(match)):
        return match.group()
    low = f"{spell_number(match['low'])} to " if match["low"] else ""
    scale = match["scale"] or ""
    single = gap == "-" or _is_single(match, bool(low or scale))
    words = _unit_words(unit, match["power"], single)
    return f"{low}{_count(match)}{scale} {words}{_per(match['per'], match['per_power'])}"


def _count(match: re.Match[str]) -> str:
    if match["number"]:
        return spell_number(match["number"])
    return spell_fraction(match["mixed"], match["above"], match["below"])


def _is_single(match: re.Match[str], several: bool) -> bool:
    if match["number"]:
        return match["number"] == "1" and not several
    return not match["mixed"]


def _is_seconds(match: re.Match[str]) -> bool:
    """9.58s and "in 30s" are seconds, "the 80s" and "7s" are not."""
    number = match["number"] or ""
    if "." in number or match["per"]:
        return True
    before = match.string[max(0, match.start() - 12) : match.start()]
    return len(number) < 4 and bool(_LASTING.search(before))


def _unit_words(unit: str, power: str | None, single: bool) -> str:
    words = _UNITS[unit][0 if single else 1]
    return {"²": "square ", "2": "square ", "³": "cubic ", "3": "cubic "}.get(
        power or "", ""
    ) + words


def _per(unit: str | None, power: str | None) -> str:
    if not unit:
        return ""
    if unit in _PERIODS:
        return f" per {_PERIODS[unit]}"
    squared = " squared" if power in ("²", "2") and unit == "s" else ""
    return f" per {_unit_words(unit, None if squared else power, single=True)}{squared}"


def _feet_and_inches(match: re.Match[str]) -> str:
    return f"{spell_number(match[1])} foot {spell_number(match[2])}"


def _inches(match: re.Match[str]) -> str:
    """A closing quote where one is open, inches where none is."""
    if match.string.count('"', 0, match.end() - 1) % 2:
        return match.group()
    return _of(match[1], "inch", "inches")


def _part_of_an_inch(match: re.Match[str]) -> str:
    if match.string.count('"', 0, match.end() - 1) % 2:
        return match.group()
    spoken = spell_fraction(match["mixed"], match["above"], match["below"])
    return f"{spoken} {'inches' if match['mixed'] else 'inch'}"


def _feet(match: re.Match[str]) -> str:
    before = match.string[: match.start()]
    if re.search(r"(?<!\w)'(?=\w)[^']*$", before[-200:]):
        return match.group()
    return _of(match[1], "foot", "feet")


def _of(number: str, one: str, many: str) -> str:
    return f"{spell_number(number)} {one if number == '1' else many}"


def _degrees(match: re.Match[str]) -> str:
    number, scale = match[1], match[2]
    named = {
        "C": " Celsius",
        "F": " Fahrenheit",
        "K": " Kelvin",
        **{k: f" {v}" for k, v in _COMPASS.items()},
    }
    return _of(number, "degree", "degrees") + named.get(scale or "", "")


def _position(match: re.Match[str]) -> str:
    """40°26'46"N"""
    parts = [_of(match[1], "degree", "degrees"), _of(match[2], "minute", "minutes")]
    if match[3]:
        parts.append(_of(match[3], "second", "seconds"))
    return " ".join(parts) + f" {_COMPASS.get(match[4] or '', '')}"


def _per_unit(match: re.Match[str]) -> str:
    return _per(match[1], None)


_RULES = compiled(
    [
        (r"(?<=\d) ?x ?(?=\d)|(?<=\d)×(?=\d)", " by "),
        (r"(?<=\d[\"'m]) ?[x×] ?(?=\d)|(?<=\d (?:cm|mm|ft|in|km)) [x×] (?=\d)", " by "),
        (
            r"(?<![\w.])(\d{1,3}(?:\.\d+)?)° ?(\d{1,2})'"
            r"(?: ?(\d{1,2}(?:\.\d+)?)(?:\"|''))?(?: ?([NSEW])\b)?",
            _position,
        ),
        (
            r"(?<![\w.'])(\d{1,2})' ?(\d{1,2}(?:\.\d+)?)(?: ?(?:\"|'')|(?![\w'\"]))",
            _feet_and_inches,
        ),
        (
            rf"{START}(\d{{1,3}}) ?(?:ft\b\.?|feet|foot) ?({NUMBER}) ?"
            r"(?:in\b\.?(?= [a-z]|,)|in\b|inch(?:es)?\b)",
            lambda m: f"{_of(m[1], 'foot', 'feet')} {_of(m[2], 'inch', 'inches')}",
        ),
        (rf"{START}{_FRACTION}(?:''|\")", _part_of_an_inch),
        (rf"(?<![\w.])({NUMBER}) ?''", lambda m: _of(m[1], "inch", "inches")),
        (rf"(?<![\w.])({NUMBER})\"", _inches),
        (r"(?<![\w.'/])(\d{1,3})'(?!\w)", _feet),
        (rf"(?<![\w.])({NUMBER}) ?[°º](?: ?([CFKNSEW])(?!\w))?", _degrees),
        (
            rf"(?<![\w.])({NUMBER})(?:-?in\b\.?(?! [A-Z])|"
            r"(?: ?in\.| in)(?= (?:tall|wide|long|deep|thick|high|x|by)\b))",
            lambda m: _of(m[1], "inch", "inches"),
        ),
        (
            rf"{START}(?:(?P<low>{NUMBER}) to )?(?:{_FRACTION}|(?P<number>{NUMBER}|(?<![\d.])\.\d+))"
            rf"(?P<scale> (?:{MAGNITUDE}))?(?P<gap>[ -]?)"
            rf"(?P<unit>{_SYMBOL})(?P<power>[²³]|(?<=\d m)[23]|(?<=\dm)[23]|(?<=[kcm]m)[23])?"
            rf"(?:/(?P<per>{_PER})(?P<per_power>[²³23])?)?(?![\w°²³]|/[A-Za-z])(?:\.(?=,| [a-z\d(]))?",
            _measure,
        ),
        (rf"(?<=\d)/({_PER})(?!\w)", _per_unit),
        (
            rf"(?:(?<=[a-z]s)|(?<=\bdollar)|(?<=\bpound)|(?<=\beuro)|(?<=\byen)|(?<=\bpence))/({_PER})(?![\w/])",
            _per_unit,
        ),
        (r"(?<=\d)/(?=[a-z]{3})", " per "),
    ]
)
