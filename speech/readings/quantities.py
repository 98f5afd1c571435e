"""Quantities that were said digit by digit, "one two five zero people", and what is said so, "nine
hundred eleven" to call, as a quantity: the normaliser by which readings are compared hides both."""

import re

from speech.readings.meanings import UNIT_NAMES
from speech.readings.number_groups import SCALED, marked_groups
from speech.readings.spoken_forms import english_form
from speech.text.english.codes import SECRET
from speech.text.english.groups import read_groups
from speech.text.english.patterns import alternatives
from speech.text.english.service_numbers import CALLED_LINE, COUNTED, SERVICE_NUMBERS, TOLL_FREE

_DIGIT = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|\d)"
_TENS = (
    r"(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|\d\d)"
)
_RUN = re.compile(rf"(?i:(?<![\w.,])(?:{_TENS}[ -])?{_DIGIT}(?:(?:, | |-){_DIGIT})+)(?!\w|[.,]\d)")
_LONG_UNIT = alternatives(unit for unit in UNIT_NAMES if len(unit) > 1)
_QUANTITY = re.compile(  # "1905 people" may be said as a year
    rf"(?<![\w.])(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{3,}}(?=%| ?(?:{_LONG_UNIT})\b)|"
    rf"(?<![,/:-])\d{{3}}(?= (?:{COUNTED})\b))|[$£€]\d{{3,}}"
)
_SCALED = re.compile(r"(?i:\b(?:hundred|thousand|[mb]illion)\b)")
_SHORTEST = 3  # digits; "two five" may be two numbers
_CODES = [
    re.compile(pattern)
    for pattern in (
        *SERVICE_NUMBERS,
        rf"(?<![\w.,-])(?P<numbers>1-{TOLL_FREE}){CALLED_LINE}",
        r"(?<![\w.,-])(?:1-)?(?P<numbers>(?:\d{3}-)?\d{3}-\d{4})(?![\w.,-]\d|\w)",
        rf"(?i:\b(?:{SECRET})(?: (?:code|number))?(?: is|:)? )(?P<numbers>\d{{3,}})(?![\w.,-]\d|\w)",
    )
]
_OTHERWISE_SAID = re.compile(rf"\bnine[ -]eleven\b|\b{SCALED}", re.IGNORECASE)


def marked(text: str, heard: str) -> str:
    """What was heard, with a word that the text lacks before each number of another kind."""
    for mark in (marked_spelling, _marked_codes, marked_groups):
        heard = mark(text, heard)
    return heard


def _marked_codes(text: str, heard: str) -> str:
    """ "quantity" before each number that the text has digit by digit alone: 911, 555-1234, a PIN."""
    if not _OTHERWISE_SAID.search(heard):
        return heard
    codes, rest = _codes(text)
    codes -= set(re.findall(r"\d+", english_form(rest))) if codes else set()
    return _OTHERWISE_SAID.sub(
        lambda said: f"quantity {said[0]}" if _value(said[0]) in codes else said[0], heard
    )


def _codes(text: str) -> tuple[set[str], str]:
    """Digits that are said one by one, and the text without them; 800 is "eight hundred"."""
    found: set[str] = set()
    for pattern in _CODES:
        for match in pattern.finditer(text):
            found.update(re.findall(r"\d*[1-9]\d?\b", match["numbers"]))
            found.add(re.sub(r"\D", "", match["numbers"]))
        text = pattern.sub(" ", text)
    return found, text


def marked_spelling(text: str, heard: str) -> str:
    """What was heard, "digits" before each quantity of the text that is spelled in it."""
    runs = [run for run in _RUN.finditer(heard) if len(_value(run[0])) >= _SHORTEST]
    if not runs:
        return heard
    known = _quantities(text) - _codes(text)[0]
    return _RUN.sub(lambda run: f"digits {run[0]}" if _value(run[0]) in known else run[0], heard)


def _value(said: str) -> str:
    return re.sub(r"\D", "", english_form(said))


def _quantities(text: str) -> set[str]:
    """Those with signs of one: grouped, with money, a unit or what they count, or written out."""
    found = {re.sub(r"\D", "", number) for number in _QUANTITY.findall(read_groups(text))}
    return found | set(re.findall(r"\d{3,}", english_form(text)) if _SCALED.search(text) else ())
