"""Feet, inches and dimensions: 6'2", 5 ft 3, 12", 5-1/4", 8'x10'."""

import re

from speech.text.english.fractions import FRACTION, spell_fraction
from speech.text.english.numbers import spell_number
from speech.text.english.patterns import NUMBER, START, WHOLE
from speech.text.rules import compiled, substitute

_OPEN_SINGLE_QUOTE = re.compile(r"(?<!\w)'(?=\w)[^']*$")
_QUOTE = re.compile(rf"(?:(?:{START}{FRACTION}|(?<![\w.])(?P<number>{NUMBER})) ?)?\"")
INCHES_IN_A_FOOT = 12
"""with as many behind feet it is a time"""
_INCHES = rf"(?<![\w./])({NUMBER})"


def read_lengths(text: str) -> str:
    """Lengths in feet and inches as words, and "by" between the sides of a rectangle."""
    return substitute(_WORDS, _read_inch_marks(substitute(_MARKS, text)))


def counted(number: str, one: str, many: str) -> str:
    """A number and its unit: "1" foot, "6" feet."""
    return f"{spell_number(number)} {one if number == '1' else many}"


def _read_inch_marks(text: str) -> str:
    """A quote after a number is a mark of inches where no quotation is open, else closes it."""
    is_open = False

    def read(match: re.Match[str]) -> str:
        nonlocal is_open
        if is_open or not (match["number"] or match["above"]):
            is_open = not is_open
            return match.group()
        return _inches(match)

    return _QUOTE.sub(read, text)


def _inches(match: re.Match[str]) -> str:
    if match.groupdict().get("number"):
        return counted(match["number"], "inch", "inches")
    spoken = spell_fraction(match["mixed"], match["above"], match["below"])
    return f"{spoken} {'inches' if match['mixed'] else 'inch'}"


def _feet(match: re.Match[str]) -> str:
    is_closing_quote = _OPEN_SINGLE_QUOTE.search(
        match.string[max(0, match.start() - 200) : match.start()]
    )
    return match.group() if is_closing_quote else counted(match[1], "foot", "feet")


def _height(match: re.Match[str]) -> str:
    """ "6'2" is six foot two; 18'30" has too many inches, so it is a time."""
    if float(match[2]) >= INCHES_IN_A_FOOT:
        return f"{counted(match[1], 'minute', 'minutes')} {counted(match[2], 'second', 'seconds')}"
    return f"{spell_number(match[1])} foot {spell_number(match[2])}"


def _feet_and_inches(match: re.Match[str]) -> str:
    return f"{counted(match[1], 'foot', 'feet')} {counted(match[2], 'inch', 'inches')}"


def _dimension(match: re.Match[str]) -> str:
    """ "2 by 2.5 in", the last of several, is in inches whatever follows."""
    return counted(match.group().removesuffix(" in"), "inch", "inches")


def _whole_inches(match: re.Match[str]) -> str:
    number = next(number for number in match.groups() if number)
    return counted(number, "inch", "inches")


_MARKS = compiled(
    [
        (rf"(?<=\d) ?[xX×] ?(?=10\^|{NUMBER} ?=)", " times "),
        (r"(?<=\d) ?[xX] ?(?=\d)|(?<=\d)×(?=\d)(?!10\^)", " by "),
        (r"(?<=\d[\"'m]) ?[xX×] ?(?=\d)", " by "),
        (r"(?:(?<=\d(?:cm|mm|ft|in))|(?<=\d (?:cm|mm|ft|in))) ?[xX×] ?(?=\d)", " by "),
        (r"(?<![\w.'])(\d{1,2})' ?(\d{1,2}(?:\.\d+)?)(?: ?(?:\"|'')|(?![\w'\"]))", _height),
        (r"(?<![\w.])(\d{1,2})ft ?(\d{1,2})(?![\w.]| ?in\b)", _height),
        (rf"{_INCHES} ?''", _whole_inches),
        (r"(?<![\w.'/,])(\d{1,3}(?:,\d{3})*)'(?!\w)", _feet),
    ]
)
_WORDS = compiled(
    [
        (
            rf"{START}({WHOLE}) ?(?:ft\b\.?|feet|foot),? ?({NUMBER}) ?"
            r"(?:in\b\.?(?= [a-z]|,)|in\b|inch(?:es)?\b)",
            _feet_and_inches,
        ),
        (
            rf"{START}{FRACTION}(?: |-)?in\b(?:\.?(?= (?:of|tall|wide|long|deep|thick|high|x|by)\b)|"
            r"\.(?= [a-z]|,))",
            _inches,
        ),
        (rf"(?<=\bby ){NUMBER} in\b(?![ -][A-Za-z])", _dimension),
        (rf"{_INCHES} in\.(?= (?:&|and\b|or\b)|[,;])", _whole_inches),
        (rf"{_INCHES}-?in\b\.?(?! [A-Z]|-)", _whole_inches),
        (
            rf"{_INCHES} in\.(?= of\b)|{_INCHES} in\.?(?= (?:tall|wide|long|deep|thick|high|x|by)\b)",
            _whole_inches,
        ),
    ]
)
