"""Degrees: temperatures, angles and positions on the globe."""

import re

from speech.text.english.lengths import counted
from speech.text.english.patterns import NUMBER, compiled, substitute

_COMPASS = {"N": " north", "S": " south", "E": " east", "W": " west"}
_SCALES = {"C": " Celsius", "F": " Fahrenheit", "K": " Kelvin", **_COMPASS}


def read_degrees(text: str) -> str:
    """ "-3°C" as "-3 degrees Celsius", all in words."""
    return substitute(_RULES, text)


def _degrees(match: re.Match[str]) -> str:
    return counted(match[1], "degree", "degrees") + _SCALES.get(match[2] or "", "")


def _position(match: re.Match[str]) -> str:
    """40°26'46"N"""
    degrees, minutes, seconds, side = match.groups()
    parts = [counted(degrees, "degree", "degrees"), counted(minutes, "minute", "minutes")]
    if seconds:
        parts.append(counted(seconds, "second", "seconds"))
    return " ".join(parts) + _COMPASS.get(side or "", "")


_RULES = compiled(
    [
        (
            r"(?<![\w.])(\d{1,3}(?:\.\d+)?)° ?(\d{1,2})'"
            r"(?: ?(\d{1,2}(?:\.\d+)?)(?:\"|''))?(?: ?([NSEW])\b)?",
            _position,
        ),
        (rf"(?<![\w.])({NUMBER}) ?°(?: ?([CFKNSEW])(?!\w))?", _degrees),
        (rf"(?<![\w.])({NUMBER}) ?deg(?:\.|rees)? ?([CFK])(?!\w)", _degrees),
    ]
)
