"""Quantities that were said digit by digit, "one two five zero people", as codes and numbers of
telephones are: the normaliser by which readings are compared writes both as 1250."""

import re

from speech.readings.meanings import UNIT_NAMES
from speech.readings.spoken_forms import english_form
from speech.text.english.groups import read_groups
from speech.text.english.patterns import alternatives

_DIGIT = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|\d)"
_TENS = (
    r"(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|\d\d)"
)
_RUN = re.compile(rf"(?i:(?<![\w.,])(?:{_TENS}[ -])?{_DIGIT}(?:(?:, | |-){_DIGIT})+)(?!\w|[.,]\d)")
_LONG_UNIT = alternatives(unit for unit in UNIT_NAMES if len(unit) > 1)
_QUANTITY = re.compile(
    rf"(?<![\w.])(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{3,}}(?=%| ?(?:{_LONG_UNIT})\b))|[$£€]\d{{3,}}"
)
_SCALED = re.compile(r"(?i:\b(?:hundred|thousand|[mb]illion)\b)")
_SHORTEST = 3  # digits; "two five" may be two numbers


def marked_spelling(text: str, heard: str) -> str:
    """What was heard, "digits" before each quantity of the text that is spelled in it."""
    runs = [run for run in _RUN.finditer(heard) if len(_value(run[0])) >= _SHORTEST]
    if not runs:
        return heard
    known = _quantities(text)
    return _RUN.sub(lambda run: f"digits {run[0]}" if _value(run[0]) in known else run[0], heard)


def _value(said: str) -> str:
    return re.sub(r"\D", "", english_form(said))


def _quantities(text: str) -> set[str]:
    """Those with signs of one: grouped, with money or a unit, or written out."""
    found = {re.sub(r"\D", "", number) for number in _QUANTITY.findall(read_groups(text))}
    return found | set(re.findall(r"\d{3,}", english_form(text)) if _SCALED.search(text) else ())
