"""Ranges: what stands on both sides of a dash and can be counted has "to" between, not a pause."""

import re

from speech.text.english.dates import MONTH, month_name
from speech.text.english.patterns import DASH, MAGNITUDE, NUMBER, alternatives, table
from speech.text.english.times import MERIDIEM
from speech.text.rules import compiled, substitute

_CODES = alternatives(row[0] for row in table("currencies.tsv") if row[0].isalpha())
_CURRENCY = rf"(?:(?:US|AU|CA|HK|NZ|[ACRS])?\$|[£€¥₹₩]|(?:{_CODES})\.? ?)"
_UNITS = alternatives(row[0] for row in table("units.tsv"))
_SUFFIX = (
    rf"(?: ?(?:{MERIDIEM}|{MAGNITUDE}|{_UNITS}|bn|[kKmMB])(?![A-Za-z])|'?s\b|st\b|nd\b|rd\b|th\b"
    rf"| ?°(?: ?[CFK]\b)?|[%‰x€£¥¢\"']| ?percent\b)"
)
_COUNT = rf"(?:\d{{1,2}}:\d\d|\d{{1,2}}'\d{{1,2}}\"|{NUMBER})"
_RANGE_START = r"(?<![\w.#])(?<![\d%°\"'][,:/'-])(?<![^\W\d_]-)"
_RANGE_END = r"(?![\d:]*[-–/]\d)"
_TERMS = rf"(?:{NUMBER} ?[-–+] ?){{0,3}}"
_BEFORE_MAGNITUDE = re.compile(rf"[ -]?(?:(?:{MAGNITUDE})\b|(?:bn|[kKmMB])(?![A-Za-z]))")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_WEEKDAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Tues": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Thur": "Thursday",
    "Thurs": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
LETTER_DAYS = {
    "M": "Monday",
    "Tu": "Tuesday",
    "W": "Wednesday",
    "Th": "Thursday",
    "F": "Friday",
    "Sa": "Saturday",
    "Su": "Sunday",
}
ALWAYS = r"(?<![\w.])24[/x×-]7(?!\w|[.,/-]\d)"
"""24/7"""
ASKED = (
    rf"(?i:\b((?:what(?: is|'s)|how much is|calculate|compute) {NUMBER})) ?[-–] ?"
    rf"(?={NUMBER}(?!\w|[-–/]))"
)
"""a sum that is asked for: "what is 12 - 7?\""""
_HOUR = r"\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m\b\.?)?"
_DATED = (
    rf"(?:{_HOUR} ?[-–] ?{_HOUR}(?![\w-])|(?:{MONTH})\.? (?:\d|[a-z-]+(?:st|nd|rd|th)\b)|"
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:{MONTH}))"
)
LETTERED = rf"(?<![\w-])(M|Tu|W|Th|F|Sa)[-–](W|Th|F|Sa|Su)(?=:?,? {_HOUR} ?[-–])"
"""days of opening: M-F 9-5"""
_WEEKDAY = rf"(?:{alternatives(_WEEKDAYS)}|{'|'.join(sorted(set(_WEEKDAYS.values())))})"


def read_ranges(text: str) -> str:
    """The text with "to" for the dash of a range and "minus" for that of a negative number.

    Numbers and units stay as they are written, for the stages that know them.
    """
    return substitute(_RULES, text)


def _range(match: re.Match[str]) -> str:
    sign, first, suffix, second = match[1] or "", match[2], match[3] or "", match[4]
    if first == second and len(first) > 1 and not suffix and not sign:  # 20-20 vision
        return f"{first} {second}"
    is_whole = "." not in first + second or _BEFORE_MAGNITUDE.match(match.string, match.end())
    second_sign = re.match(rf"[-']|{_CURRENCY}", second)
    if sign and not suffix and not second_sign and is_whole:
        return f"{first} to {sign}{second}"  # $1-2 million
    if first.isdigit() and not suffix and _ORDINAL.match(match.string, match.end()):
        return f"{first}th to {second}"  # of 17-19th
    if re.fullmatch(r"\d{4} 0\d", f"{first} {second}"):  # 2001-02
        return f"{first} to oh {second[1]}"
    return f"{sign}{first}{suffix} to {second if second_sign else sign + second}"


def _weekdays(match: re.Match[str]) -> str:
    days = [_WEEKDAYS.get(day, day) for day in match.group(1, 2)]
    return " to ".join(days)


def _months(match: re.Match[str]) -> str:
    return f"{month_name(match[1])} to {month_name(match[2])}"


_RULES = compiled(
    [
        (r"(?<!\w)([$£€])-(?=\d)", r"-\1"),
        (r"(?<![\w.])((?:pp?|[Vv]ols?|[Nn]os|[Cc]hs?|[Ff]igs?)\.)(?=\d+[-–]\d)", r"\1 "),
        (
            rf"(?<![\w.])({NUMBER}|\d{{0,4}}[a-z]) ?[-–] ?(?={_TERMS}{NUMBER} ?=)",
            r"\1 minus ",
        ),
        (ASKED, r"\1 minus "),
        (r"(?<=\b[a-z]\^\d) ?[-–] ?(?=\d)", " minus "),
        (r"(= ?\d{0,4}[a-z](?:\^?[23²³])?) ?[-–] ?(?=\d)", r"\1 minus "),
        (rf"(?<![\w./])({NUMBER}) ?/ ?(?={NUMBER} ?=)", r"\1 divided by "),
        (r"(?<![\w.])24/7/365(?!\w|[.,/-]\d)", "twenty-four seven three sixty-five"),
        (ALWAYS, "twenty-four seven"),
        (r"(?<![\w.])50[/-]50(?!\w|[.,/-]\d)", "fifty-fifty"),
        (rf"(?i:\b((?:{MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?)){DASH}(?={MONTH}\.? \d)", r"\1 to "),
        (
            rf"(?<![\w.-])(\d{{1,2}}(?:st|nd|rd|th)? {MONTH}){DASH}"
            rf"(?=\d{{1,2}}(?:st|nd|rd|th)? {MONTH})",
            r"\1 to ",
        ),
        (rf"(?<![\w-])({MONTH})\.?(?:-|[–—]| [–—-] )({MONTH})\b", _months),
        (rf"(?<![\w-])({_WEEKDAY})\.?(?:-|[–—]| [–—-] )({_WEEKDAY})\b", _weekdays),
        (LETTERED, lambda m: f"{LETTER_DAYS[m[1]]} to {LETTER_DAYS[m[2]]}"),
        (rf"(?<![\w-])({alternatives(_WEEKDAYS)})\.?(?=,? {_DATED})", lambda m: _WEEKDAYS[m[1]]),
        (
            rf"(?<![\w.:])(\d{{1,2}})\.([0-5]\d)(?={DASH}\d{{1,2}}(?:\.[0-5]\d)? ?{MERIDIEM})",
            r"\1:\2",
        ),
        (rf"(?i:\b(noon|midnight)){DASH}(?=\d)", r"\1 to "),
        (rf"(?i:(?<=\d)( ?{MERIDIEM})?{DASH}(?=(?:noon|midnight)\b))", r"\1 to "),
        (r"(?<![\w-])([A-Z])(?:[-–]| – )([A-Z])(?![\w-])", lambda m: _letters(m)),
        (
            r"(?<![\w/-])((?:\d{1,3} )?\d{1,2}/\d{1,2})[-–]"
            r"(?=\d{1,3}(?:/\d{1,2}| \d{1,2}/\d{1,2})?(?![\w/-]|[.,]\d))",
            r"\1 to ",
        ),
        (r"(?<![\w-])([A-Z])(\d{1,3})[-–](?=\1\d)", r"\1\2 to "),
        (rf"{_RANGE_START}(\d{{4}}'?s?){DASH}(?=(?:present|now|today|current)\b)", r"\1 to "),
        (
            rf"{_RANGE_START}({_CURRENCY})?({_COUNT})({_SUFFIX})?{DASH}(?=['-]?{_CURRENCY}?\d)"
            rf"(['-]?{_CURRENCY}?{_COUNT}){_RANGE_END}",
            _range,
        ),
        (r"(?<![\w.,%°)\]-])(?<![\w.,!?%°)][\"'])-(?=[$£€¥]?\.?\d)", "minus "),
    ]
)


def _letters(match: re.Match[str]) -> str:
    """A-Z is a range, X-Y no more than two letters."""
    first, last = match[1], match[2]
    return f"{first} to {last}" if first in "AI" and last > first else match.group()
