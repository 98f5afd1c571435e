"""Dates, years of an era and decades."""

import re

from speech.text.chinese.numbers import cardinal, in_digits
from speech.text.chinese.patterns import END, compiled, substitute

_DAY = r"(3[01]|[12]\d|0?[1-9])(?![\d/·])"


def _date(match: re.Match[str]) -> str:
    return f"{match['year']}{int(match['month'])}月{int(match['day'])}{match['name']}"


def _short_date(match: re.Match[str]) -> str:
    return f"{in_digits(match[1])}年{cardinal(int(match[2]))}月{cardinal(int(match[3]))}日"


def _era(match: re.Match[str]) -> str:
    return f"公元{'前' if match['era'][0] in 'bB' else ''}{in_digits(match['year'])}年"


_RULES = compiled(
    [
        (r"(?P<year>\d{2,4}年)(?P<month>\d\d?)月(?P<day>\d\d?)(?P<name>[日号])", _date),
        (r"(?<!\d)0(?=[1-9][月日号])", ""),
        (r"(?<=月)( ?)2(?= ?日)", r"\1二"),
        (rf"(?<![\d/])(\d\d)/(1[0-2]|0?[1-9])/{_DAY}", _short_date),
        (rf"(?<!\d)(\d{{4}})·(1[0-2]|0?[1-9])·{_DAY}", _short_date),
        (rf"(?P<year>\d{{1,4}})年?(?P<era>[bB]\.?[cC]\.?|[aA]\.?[dD]\.?){END}", _era),
        (
            rf"(?P<year>\d{{3,4}})年(?P<rest>\d{{1,2}}月)(?P<era>[bB]\.?[cC]\.?){END}",
            lambda match: _era(match) + match["rest"],
        ),
        (r"(?<=公元)(前?)(\d{3,4})(?=年)", lambda match: match[1] + in_digits(match[2])),
        (r"(?<!\d)[13-9]000(?=年)", lambda match: cardinal(int(match.group()))),
        (
            r"(?<!\d)(\d{4})[/-](\d\d)(?=赛季|学年|财年|年度)",
            lambda match: f"{in_digits(match[1])}到{in_digits(match[2])}",
        ),
        (r"(?<!\d)\d0(?=[、和/-]\d0后)", lambda match: in_digits(match.group())),
    ]
)


def read_dates(text: str) -> str:
    return substitute(_RULES, text)
