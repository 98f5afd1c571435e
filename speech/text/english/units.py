"""Quantities with units: 5 km, 2-lb, 1/2 tsp, 20 m², 60 km/h, 12/kg, 9.58s."""

import re

from speech.text.english.fractions import FRACTION, spell_fraction
from speech.text.english.numbers import spell_number
from speech.text.english.patterns import MAGNITUDE, NUMBER, START, alternatives, table
from speech.text.rules import compiled, substitute

_UNITS = {symbol: (one, many) for symbol, one, many in table("units.tsv")}
_ONLY_ATTACHED = {"s", "h", "l", "t"}  # elsewhere a letter, but for these places
_APART = {
    "h": re.compile(r"[.,;)]?$|[.,;)] | (?:at|and|after|before|of|in|with|on|or|until|later)\b"),
    **dict.fromkeys(("l", "t"), re.compile(r" of\b")),
}
_ALIKE = (  # of one dimension: "200g/7oz" says it twice, "5mg/5ml" is a rate
    {"mg", "g", "kg", "oz", "lb", "lbs", "t"},
    {"mm", "cm", "m", "km", "in", "ft", "yd", "mi", "nmi"},
    {"ml", "mL", "cl", "l", "L", "fl oz", "fl. oz.", "pt", "qt", "gal"},
    {"KB", "MB", "GB", "TB"},
    {"mph", "kph", "km/h", "kmh", "kts", "kn"},
    {"kW", "hp", "W", "PS"},
)
INVERSE = "s|min|h|day|yr|kg|g|L|mL|l|m|cm|mol|K|Mpc"
_INVERTED = {"1": "", "2": "²", "3": "³"}
_KITCHEN = {"c": "cup", "T": "tablespoon", "t": "teaspoon"}
_COOKED = re.compile(
    r"(?i:\b(?:ts(?:p|ps)|tbsps?|flour|sugar|butter|milk|cream|oil|salt|water|rice|oats|cheese|vanilla|"
    r"broth|chopped|diced|minced|sliced)\b)"
)
_FINANCE = re.compile(
    r"(?i:%|\b(?:yields?|margins?|revenues?|earnings|profits?|rates?|spreads?|bonds?|treasur\w+|"
    r"basis|fed|ecb|bank|cuts?|hikes?|eps|ebitda)\b)"
)
_GENES = re.compile(
    r"(?i:\b(?:dna|rna|pcr|primers?|genes?|genom\w+|sequenc\w+|exons?|amplicons?)\b)"
)
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
    if _is_letter(match):
        return match.group()
    low = f"{spell_number(match['low'])} to " if match["low"] else ""
    scale = match["scale"] or ""
    has_article = _ARTICLE.search(match.string[max(0, match.start() - 4) : match.start()])
    single = gap == "-" or bool(has_article) or _is_single(match, bool(low or scale))
    words = _unit_words(unit, match["power"], single)
    rate = _per(match["per"], match["per_power"]) + _per(match["then"], None)
    return f"{low}{_count(match)}{scale} {words}{rate}" + " per " * match.group().endswith("/")


def _is_letter(match: re.Match[str]) -> bool:
    """ "the 80s", "2 h pencils", "vitamin 5 l"; not "for 2 h." """
    unit = match["unit"]
    if unit == "s":
        return not _is_seconds(match)
    if unit not in _ONLY_ATTACHED or not match["gap"] or "." in (match["number"] or ""):
        return False
    return not _APART[unit].match(match.string, match.end("unit"))


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


def _twice(match: re.Match[str]) -> str:
    """ "200g/7oz" """
    first, second = match[2], match[4]
    if not any(first in units and second in units for units in _ALIKE):
        return match.group()
    return f"{match[1]}{first}, {match[3]}{second}"


def _over(match: re.Match[str]) -> str:
    """ "10 m s^-1" as "10 m/s" """
    return f"{match[1]}/{match[2]}{_INVERTED[match[3]]}"


def _kitchen(match: re.Match[str]) -> str:
    """ "2 1/2 c. flour", "1 T. butter" """
    if not _COOKED.search(match.string):
        return match.group()
    return f"{_count(match)} {_KITCHEN[match['unit']]}{'' if _is_single(match, False) else 's'}"


def _points(match: re.Match[str]) -> str:
    """3.2bp of a yield, 300 bp of a gene; 9600 bps of a modem stay."""
    is_gene = match[2] == "bp" and _GENES.search(match.string)
    if not (is_gene or _FINANCE.search(match.string)):
        return match.group()
    name = "base pair" if is_gene else "basis point"
    return f"{spell_number(match[1])} {name}{'' if match[1] == '1' else 's'}"


def _rooms(match: re.Match[str]) -> str:
    """ "2BR/1BA", "a 1-BR apt" """
    baths = f", {spell_number(match[2])} bath" if match[2] else ""
    return f"{spell_number(match[1])} bedroom{baths}"


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
        (rf"{START}(\d{{1,3}}(?:\.\d+)?)[ -]?(bps?)(?!\w)", _points),
        (rf"{START}({NUMBER})[kK](?= ?(?:mi|miles|km|lbs?|ft)\b)", r"\1 thousand"),
        (r"(?<![\w.])(\d(?:\.5)?)[ -]?(?:BRs?|BD)(?:/(\d(?:\.5)?) ?BAs?)?(?!\w)", _rooms),
        (
            rf"{START}(?:{FRACTION}|(?P<number>\d{{1,2}})) ?(?P<unit>[cTt])\.(?= (?!per\b)[a-z(])",
            _kitchen,
        ),
        (r"(\d ?V)/(\d+(?:\.\d+)?) ?A(?!\w)", r"\1, \2 amps"),
        (rf"({NUMBER} ?)({_SYMBOL})/({NUMBER} ?)({_SYMBOL})(?!\w)", _twice),
        *2  # 2 mg kg^-1 day^-1
        * [
            (
                rf"(\d ?(?:{_SYMBOL})(?:/\w+)?)[ ·]({INVERSE})\^?(?:-|minus )([123])(?![\w.])",
                _over,
            )
        ],
        (rf"(\d ?[A-Za-z]+)/(?={NUMBER} ?(?:{_SYMBOL})(?!\w))", r"\1 per "),  # 5 kWh/100 km
        (
            rf"{START}(?<![A-Z]-)(?:(?P<low>{NUMBER}) to )?"
            rf"(?:{FRACTION}|(?P<number>{NUMBER}|(?<![\d.])\.\d+))"
            rf"(?P<scale> (?:{MAGNITUDE}))?(?P<gap>[ -]?)"
            rf"(?P<unit>{_SYMBOL})(?P<power>[²³]|(?<=\d m)[23]|(?<=\dm)[23]|(?<=[kcm]m)[23])?"
            rf"(?:/(?P<per>{_PER})(?P<per_power>[²³23])?"
            rf"(?:/(?P<then>{_PER})(?!\w)|/(?=\d))?)?(?:(?<=/)|(?![\w°²³]|/[A-Za-z]))"
            r"(?:\.(?=[,;:)]| [a-z\d(]))?",
            _measure,
        ),
        (r"(?i:\b(an? ))?(?<![\w.])(\d{1,3})[ -]?(?:y/o|y\.o\.|yo)(?!\w)", _age),
        (rf"(?<=\d)/({_PER})(?!\w)", _per_unit),
        (rf"(?<=[a-z])/({_SYMBOL})([²³])(?!\w)", lambda m: _per(m[1], m[2])),
        (
            rf"(?<=\bper )({_LONG_SYMBOL})(?![\w/²³])(?:\.(?=[,;:)]| [a-z]))?",
            lambda m: _UNITS[m[1]][0],
        ),
        (
            r"(?:(?<=[a-z]s)|(?<=\bdollar)|(?<=\bpound)|(?<=\beuro)|(?<=\byen)|(?<=\bpence)|(?<=\dx)|"
            rf"(?<=%))/({_PER})(?![\w/])(?:\.(?=[,;:)]| [a-z]))?",
            _per_unit,
        ),
        (r"(?<=\d)/(?=[a-z]{3})", " per "),
    ]
)
