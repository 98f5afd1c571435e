"""Dates in the orders that people write: July 4, 4 July, 7/4/2020, 2020-07-04, on 7/4, '99."""

import re

from speech.text.english.numbers import spell_number, spell_ordinal, spell_year
from speech.text.english.patterns import END, START
from speech.text.rules import compiled, substitute

_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT = {name[:3].lower(): name for name in _NAMES} | {"sept": "September"}
_ABBREVIATED = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
_UNAMBIGUOUS = "|".join([*_NAMES, *_ABBREVIATED.split("|")])
MONTH = (
    rf"(?:(?:{_UNAMBIGUOUS}|{_UNAMBIGUOUS.upper()}|"
    rf"(?i:(?!(?:may|mar|march|dec)\b)(?:{_UNAMBIGUOUS})))\b)"
)
"""a month's name or abbreviation; "may" and "march" in small letters are verbs"""
_ANY_MONTH = rf"(?i:(?:{_UNAMBIGUOUS})\b)"
_DAY = r"(3[01]|[12]\d|0?[1-9])"
_TH = r"(?:st|nd|rd|th|ST|ND|RD|TH)"
_YEAR = r"(\d{4}|'\d\d)(?!\w)(?![.,:/'-]\d)"
_TWO_DIGIT_PIVOT = 30  # '31 and later are of the last century
_WEEKDAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_SHORT_WEEKDAYS = "(?:Mon|Tues?|Wed|Thu|Thurs?|Fri|Sat|Sun)"
_IN_A_PLACE = r"in (?:the|an?|my|our|his|her|their|this|that|some|every|[A-Z]|\d)"
MEASURED = (  # "3/4 cup", "5/16 wrench"
    rf" ?(?:(?!{_IN_A_PLACE})(?:cups?|of|inch|inches|in|feet|foot|miles?|yards?|full|teaspoons?|"
    r"tablespoons?|tsp|tbsp|pounds?|lbs?|oz|ounces?|kg|mm|cm|met(?:er|re)s?|lit(?:er|re)s?|gallons?|"
    r"quarts?|pints?|acres?|hours?|seconds?|majority|owners?|share|stake|scale|thick|wide|deep|bolts?|"
    r"drills?|bits?|wrench|wrenches|sockets?|nuts?|screws?|plywood)\b|\")"
)
"""what follows a fraction, and no date"""
_NOT_A_DATE = rf"(?!{MEASURED}| ?(?:page|stars?|%))"
DATE_WORD = rf"(?i:\b(?:on|due|dated|{_WEEKDAYS},?|{_SHORT_WEEKDAYS}\.?,|until|till|since) )"
"""what goes before a date, and no fraction"""


def month_name(word: str) -> str:
    """ "September" of "sept"; in capitals or small letters too."""
    lowered = word.rstrip(".").lower()
    return _SHORT[lowered[:3]]


def month_named(number: str) -> str:
    """ "October" of "10"."""
    return _NAMES[int(number) - 1]


def read_numeric_dates(text: str) -> str:
    """Dates in digits; before codes and ranges, which would take their hyphens."""
    return substitute(_NUMERIC, text)


def read_dates(text: str) -> str:
    """Dates with a month's name, years with an era, quarters and decades."""
    return substitute(_NAMED, text)


def _date(year: str, month: str, day: str) -> str | None:
    """Words of a date in digits, or nothing where there is no such month or day."""
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    spoken = f"{_NAMES[int(month) - 1]} {spell_ordinal(day)}"
    return f"{spoken}, {_year(year)}" if year else spoken


def spell_month_day(month: str, day: str) -> str | None:
    """ "March fourth" of "3", "4"; nothing where there is no such day."""
    return _date("", month, day)


def _year(digits: str) -> str:
    if digits.startswith("'"):
        return _short_year(digits[1:])
    if len(digits) == 2:
        digits = ("19" if int(digits) > _TWO_DIGIT_PIVOT else "20") + digits
    return spell_year(int(digits))


def _short_year(digits: str) -> str:
    """Of '05 and '69."""
    if digits == "00":
        return "two thousand"
    return f"oh {spell_number(digits[1])}" if digits[0] == "0" else spell_number(digits)


def _year_first(match: re.Match[str]) -> str:
    return _date(match[1], match[3], match[4]) or match.group()


def _year_last(match: re.Match[str]) -> str:
    """Month first, as Americans write, unless that cannot be."""
    first, second, year = match[1], match[3], match[4]
    return _date(year, first, second) or _date(year, second, first) or match.group()


def _day_and_month(match: re.Match[str]) -> str:
    spoken = _date("", match[2], match[3]) or _date("", match[3], match[2])
    return match[1] + spoken if spoken else match.group()


def _timestamp(match: re.Match[str]) -> str:
    """2020-01-15T10:30:00Z: the date, then the clock."""
    clock, seconds, zone = match[4], match[5], match[6]
    seconds = "" if seconds in (None, "00") else f":{seconds}"
    return f"{match[1]}-{match[2]}-{match[3]}, {clock}{seconds}" + (" UTC" if zone == "Z" else "")


def _month_day(match: re.Match[str]) -> str:
    month, day, year = match[1], match[2], match[3]
    return f"{month_name(month)} {spell_ordinal(day)}" + (f", {_year(year)}" if year else "")


def _day_month(match: re.Match[str]) -> str:
    day, month, year = match[1], match[2], match[3]
    spoken = f"the {spell_ordinal(day)} of {month_name(month)}"
    return spoken + (f", {_year(year)}" if year else "")


def _month_year(match: re.Match[str]) -> str:
    return f"{month_name(match[1])} {_year(match[2])}"


def _days_of_month(match: re.Match[str]) -> str:
    first, last, month = match[1], match[2], match[3]
    spoken = f"the {spell_ordinal(first)} to the {spell_ordinal(last)} of {month_name(month)}"
    return spoken + (f", {_year(match[4])}" if match[4] else "")


def _month_days(match: re.Match[str]) -> str:
    month, first, last = match[1], match[2], match[3]
    spoken = f"{month_name(month)} {spell_ordinal(first)} to {spell_ordinal(last)}"
    return spoken + (f", {_year(match[4])}" if match[4] else "")


def _month_and_days(match: re.Match[str]) -> str:
    """ "May 5, 6 and 7" """
    between = re.sub(rf"(\d+){_TH}?", lambda m: spell_ordinal(m[1]), match[3])
    first, last = spell_ordinal(match[2]), spell_ordinal(match[5])
    return f"{month_name(match[1])} {first}{between}{match[4]} {last}"


def _era(match: re.Match[str]) -> str:
    """1066 AD, 340 B.C.: three forty, as a year."""
    digits = match[1]
    spoken = spell_year(int(digits)) if len(digits) > 2 else spell_number(digits)
    return f"{spoken} {match[2].replace('.', '').upper()}"


def _quarter(match: re.Match[str]) -> str:
    return f"the {spell_ordinal(match[1])} quarter of {spell_number(match[2], years=True)}"


_DOT = r"(?:\.(?=,| [a-z\d'(]))?"  # of an abbreviation, where no sentence ends with it
_NO_COUNT = (  # "May 5 and 6", not "May 5 and 6 men"
    rf"(?=[.,;:!?)]|$|,? {_YEAR}| (?:at|in|from|to|for|with|when|as|but|after|the|this)\b)"
)
_DATE_END = rf"(?:{_TH}\b)?(?!\w)(?![.:/'-]\d|,\d{{3}}|%)"
_NUMERIC = compiled(
    [
        (
            r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d{1,9})?)?"
            r" ?(Z|[+-]\d\d:?\d\d)?(?!\w)",
            _timestamp,
        ),
        (rf"{START}(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){END}", _year_first),
        (rf"{START}(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){END}", _year_last),
        (rf"{START}(\d{{1,2}})(/)(\d{{1,2}})/(\d{{2}}){END}", _year_last),
        (rf"\b({_ANY_MONTH})-{_DAY}-{_YEAR}", _month_day),
        (rf"{START}{_DAY}-({_ANY_MONTH})-{_YEAR}", _day_month),
        (
            rf"{START}{_DAY}-({_ANY_MONTH})-(\d\d){END}",
            lambda m: f"the {spell_ordinal(m[1])} of {month_name(m[2])}, {_year(m[3])}",
        ),
        (
            r"(?i:\b(exp(?:\.|ir(?:y|es|ing|ation))?:? (?:date:? |in )?))"
            r"(0[1-9]|1[0-2])/(\d\d)(?![\w/])",
            lambda m: f"{m[1]}{month_named(m[2])} {_year(m[3])}",
        ),
        (rf"\b({MONTH})-()(\d{{4}}){END}", lambda m: f"{month_name(m[1])} {_year(m[3])}"),
        (rf"\b({MONTH})-{_DAY}{END}()", _month_day),
        (rf"{START}9/11{END}", "nine eleven"),
        (rf"({DATE_WORD})(\d{{1,2}})/(\d{{1,2}}){END}{_NOT_A_DATE}", _day_and_month),
        (r"(?<!\w)([QH][1-4]) ?'(\d\d)(?!\w)", r"\1 \2"),
        (rf"(?<!\w)([1-4])Q ?'?(\d\d|\d{{4}}){END}", _quarter),
    ]
)
_NAMED = compiled(
    [
        (
            rf"{START}(?:[Tt]he )?{_DAY}{_TH}?(?: ?[-–—~] ?| to (?:the )?){_DAY}{_TH}? (?:of )?"
            rf"({MONTH}){_DOT}(?:,? {_YEAR})?",
            _days_of_month,
        ),
        (
            rf"\b({MONTH})\.? {_DAY}{_TH}?(?: ?[-–—~] ?| to ){_DAY}{_DATE_END}(?:,? {_YEAR})?",
            _month_days,
        ),
        (
            rf"\b({MONTH})\.? {_DAY}{_TH}?((?:, \d{{1,2}}{_TH}?){{0,4}},? )(and|&|or) "
            rf"{_DAY}{_DATE_END}{_NO_COUNT}",
            _month_and_days,
        ),
        (
            rf"{START}(?:[Tt]he )?{_DAY}{_TH}? (and|&|or) (?:the )?"
            rf"(?={_DAY}{_TH}? (?:of )?{MONTH}(?! \d{{1,2}}\b))",
            lambda m: f"the {spell_ordinal(m[1])} {m[2]} ",
        ),
        (rf"\b({MONTH})\.? {_DAY}{_DATE_END}(?:,? {_YEAR})?", _month_day),
        (rf"\b({_ANY_MONTH})\.? {_DAY}{_TH}\b(?:,? {_YEAR})?", _month_day),
        (rf"\b({_ANY_MONTH})\.? {_DAY},? {_YEAR}", _month_day),
        (rf"{START}(?:[Tt]he )?{_DAY}{_TH}? (?:of )?({MONTH}){_DOT}(?:,? {_YEAR})?", _day_month),
        (rf"{START}(?:[Tt]he )?{_DAY}{_TH}? (?:of )?({_ANY_MONTH}){_DOT},? {_YEAR}", _day_month),
        (rf"\b({MONTH})\.?,? {_YEAR}", _month_year),
        (rf"{START}(\d{{1,4}}) ?(A\.?D|B\.?C\.?E|B\.?C|C\.E)(?:\.(?=\.| [a-z]|,))?(?!\w)", _era),
        (
            r"\b([Ii]n|[Ss]ince|[Yy]ear|[Cc]irca|ca?\.|(?<=reigned )from|(?<=ruled )from) (10\d\d)"
            r"(?= |[,.;!?)]|$)(?! ?[a-z]+s\b)",
            lambda m: f"{'circa' if m[1].endswith('.') else m[1]} {spell_year(int(m[2]))}",
        ),
        (r"(?<![\w'])'(\d0)'?s\b", r"\1s"),
        (
            r"(?<!\w)'(\d\d)(?![\w'°%]|[.,:/~-]\d)(?![^']{0,200}'(?!\w))",
            lambda m: _short_year(m[1]),
        ),
        (r"(?<![\w./])(\d{2,3}0) s\b", r"\1s"),
    ]
)
