"""Degrees: temperatures, angles and positions on the globe."""

import re

from speech.text.english.lengths import counted
from speech.text.english.patterns import NUMBER
from speech.text.rules import compiled, substitute

_COMPASS = {"N": " north", "S": " south", "E": " east", "W": " west"}
_HEAT = re.compile(
    r"(?i:\b(?:ovens?|pre-?heat\w*|bak(?:e|ed|ing)|roast\w*|temp(?:erature)?s?|degrees?|weather|fever|"
    r"heat(?:ed)?|colde?r?|warme?r?|hott?e?r?|cool\w*|freez\w*|froze|boil\w*|melt\w*|outside|"
    r"forecast|sunny|cloudy|high (?:near|around|in|of)|low of|highs|lows|thermostat|chill|below|"
    r"above)\b)"
)
_AROUND = 60
_PLACE = re.compile(  # "seat 14C"
    r"(?i:\b(?:seats?|row|apt\.?|apartment|unit|room|gate|section|exit|flat|fig\.?|figure|number) )$"
)
_SCALES = {"C": " Celsius", "F": " Fahrenheit", "K": " Kelvin", **_COMPASS}


def read_degrees(text: str) -> str:
    """ "-3°C" as "-3 degrees Celsius", all in words."""
    return substitute(_RULES, text)


def _degrees(match: re.Match[str]) -> str:
    return counted(match[1], "degree", "degrees") + _SCALES.get(match[2] or "", "")


def _bare(match: re.Match[str]) -> str:
    """ "350F" and "20 C", where the line speaks of heat or cold."""
    around = match.string[max(0, match.start() - _AROUND) : match.end() + _AROUND]
    is_place = _PLACE.search(match.string[max(0, match.start() - 12) : match.start()])
    return _degrees(match) if _HEAT.search(around) and not is_place else match.group()


def _plain(figures: str) -> str:
    """ "8" of "08" """
    return re.sub(r"^0(?=\d)", "", figures)


def _position(match: re.Match[str]) -> str:
    """40°26'46"N"""
    degrees, minutes, seconds = match.group(1, 2, 3)
    side = match[4] or match[5]
    parts = [counted(degrees, "degree", "degrees"), counted(_plain(minutes), "minute", "minutes")]
    if seconds:
        parts.append(counted(_plain(seconds), "second", "seconds"))
    return " ".join(parts) + _COMPASS.get(side or "", "")


_RULES = compiled(
    [
        (r"(?<=\d)( ?°[CF])/(?=-?\d|minus)", r"\1, "),
        (
            r"(?<![\w.])(\d{1,3}(?:\.\d+)?)° ?(\d{1,2}(?:\.\d+)?)'"
            r"(?: ?(\d{1,2}(?:\.\d+)?)(?:\"|''))?(?:([NSEW])\b| ([NSEW])\b(?! ?\d))?",
            _position,
        ),
        (rf"(?<![\w.])({NUMBER}) ?°(?: ?([CFKNSEW])(?!\w))?", _degrees),
        (rf"(?<![\w.$£€/])({NUMBER}) ?([CF])(?![\w'&/-])", _bare),
        (rf"(?<![\w.])({NUMBER}) ?deg(?:\.|rees)? ?([CFK])(?!\w)", _degrees),
    ]
)
