"""Quantities with units: 5 km, 2-lb, 1/2 tsp, 20 m², 60 km/h, 12/kg, 9.58s."""

import re

from speech.text.english.fractions import FRACTION, spell_fraction
from speech.text.english.numbers import spell_number
from speech.text.english.patterns import (
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
    **{word: word for word in ("litre", "liter", "gallon", "kilo", "pound")},
    **{
        word: word
        for word in ("cup", "serving", "bottle", "box", "pack", "acre", "hectare", "share")
    },
    **{word: word for word in ("user", "seat", "ticket", "unit", "item", "game", "page", "visit")},
}
_SYMBOL = alternatives(_UNITS)
_LONG_SYMBOL = alternatives(unit for unit in _UNITS if len(unit) > 1 and unit not in _PERIODS)
_PER = alternatives({*_UNITS, *_PERIODS})
_ARTICLE = re.compile(r"(?i:\ban? )$")  # "a 9mm pistol", "a 10 kg bag"
_LASTING = re.compile(  # before a decade's number these make it seconds: "in 30s"
    r"(?i:(?<!the )\b(?:in|for|after|within|under|takes?|took|about|around|only|lasted|last|every|"
    r"wait|mins?|minutes?) )$"
)


def read_units(text: str) -> str:
    """Quantities in words, singular for one and before a noun ("a 10-km run")."""
    return substitute(_RULES, text)


def _measure(match: re.Match[str]) -> str:
    unit, gap = match["unit"], match["gap"]
    is_apart = gap and "." not in (match["number"] or "")
    is_letter = not _is_seconds(match) if unit == "s" else unit in _ONLY_ATTACHED and is_apart
    if is_letter:
        return match.group()
    low = f"{spell_number(match['low'])} to " if match["low"] else ""
    scale = match["scale"] or ""
    has_article = _ARTICLE.search(match.string[max(0, match.start() - 4) : match.start()])
    single = gap == "-" or bool(has_article) or _is_single(match, bool(low or scale))
    words = _unit_words(unit, match["power"], single)
    return f"{low}{_count(match)}{scale} {words}{_per(match['per'], match['per_power'])}"


def _count(match: re.Match[str]) -> str:
    if match["number"]:
        return spell_number(match["number"])
    if match["unit"] == "mmHg":  # of blood pressure
        return f"{spell_number(match['above'])} over {spell_number(match['below'])}"
    return spell_fraction(match["mixed"], match["above"], match["below"])


def _is_single(match: re.Match[str], several: bool) -> bool:
    if match["number"]:
        return match["number"] == "1" and not several
    return not match["mixed"] and match["unit"] != "mmHg"


def _is_seconds(match: re.Match[str]) -> bool:
    """9.58s and "in 30s" are seconds, "the 80s" and "7s" are not."""
    number = match["number"] or ""
    if ("." in number and match["gap"] != "-") or match["per"] or match["below"]:
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


def _age(match: re.Match[str]) -> str:
    """ "a 25 yo man", "She is 25 y/o." """
    rest = match.string[match.end() :]
    is_attribute = match[1] or re.match(r" (?:wo)?m[ae]n\b| (?:boy|girl|fe|male|kid|child)", rest)
    years = "-year-old" if is_attribute else " years old"
    stop = "." if match.group().endswith(".") and re.match(r"$| [A-Z]", rest) else ""
    return f"{match[1] or ''}{spell_number(match[2])}{years}{stop}"


def _per_unit(match: re.Match[str]) -> str:
    return _per(match[1], None)


_RULES = compiled(
    [
        (rf"(\d ?[A-Za-z]+)/(?={NUMBER} ?(?:{_SYMBOL})(?!\w))", r"\1 per "),  # 5 kWh/100 km
        (
            rf"{START}(?:(?P<low>{NUMBER}) to )?(?:{FRACTION}|(?P<number>{NUMBER}|(?<![\d.])\.\d+))"
            rf"(?P<scale> (?:{MAGNITUDE}))?(?P<gap>[ -]?)"
            rf"(?P<unit>{_SYMBOL})(?P<power>[²³]|(?<=\d m)[23]|(?<=\dm)[23]|(?<=[kcm]m)[23])?"
            rf"(?:/(?P<per>{_PER})(?P<per_power>[²³23])?)?(?![\w°²³]|/[A-Za-z])"
            r"(?:\.(?=[,;:)]| [a-z\d(]))?",
            _measure,
        ),
        (r"(?i:\b(an? ))?(?<![\w.])(\d{1,3})[ -]?(?:y/o|y\.o\.|yo)(?!\w)", _age),
        (rf"(?<=\d)/({_PER})(?!\w)", _per_unit),
        (rf"(?<=[a-z])/({_SYMBOL})([²³])(?!\w)", lambda m: _per(m[1], m[2])),
        (rf"(?<=\bper )({_LONG_SYMBOL})(?![\w/²³])", lambda m: _UNITS[m[1]][0]),
        (
            rf"(?:(?<=[a-z]s)|(?<=\bdollar)|(?<=\bpound)|(?<=\beuro)|(?<=\byen)|(?<=\bpence)|(?<=\dx)|(?<=%))/({_PER})(?![\w/])",
            _per_unit,
        ),
        (r"(?<=\d)/(?=[a-z]{3})", " per "),
    ]
)
