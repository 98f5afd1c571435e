"""Dates, years of an era and decades."""

import re

from speech.text.chinese.numbers import cardinal, in_digits
from speech.text.chinese.patterns import DASH, END
from speech.text.rules import compiled, substitute

_RESULT = "$|[，。；、！？）) ]|[夺获破刷创打摘排晋位]|的成绩"
_DAY_OF = r"(?:\d\d?月(?:\d\d?[日号])?)?"
_FEAST = (
    "晚会|大促|购物节|小?长?假期|小长假|黄金周|阅兵|儿童节|劳动节|国庆|妇女节|建军节|教师节|青年节|植树节"
    "|惨案|事变|运动(?!会|量|了)|消费者"
)
_DAY = r"(3[01]|[12]\d|0?[1-9])(?![\d/·])"


def _date(match: re.Match[str]) -> str:
    return f"{match['year']}{int(match['month'])}月{int(match['day'])}{match['name']}"


def _short_date(match: re.Match[str]) -> str:
    return f"{in_digits(match[1])}年{cardinal(int(match[2]))}月{cardinal(int(match[3]))}日"


def _era(match: re.Match[str]) -> str:
    return f"公元{'前' if match['era'][0] in 'bB' else ''}{in_digits(match['year'])}年"


def _years(match: re.Match[str]) -> str:
    """Two years of three digits, of a life or a reign."""
    return re.sub(r"\d{3}(?=年)", lambda year: in_digits(year.group()), match.group())


def _hour(match: re.Match[str]) -> str:
    return f"{'上午' if match[2] in 'aA' else '下午'}{match[1]}点"


def _event(match: re.Match[str]) -> str:
    """9·11 is 九·一一; 10·7 is 十·七."""
    return f"{'十' if match[1] == '10' else in_digits(match[1])}·{in_digits(match[2])}"


_RULES = compiled(
    [
        (r"(?i)(?<![\d:：.])(1[0-2]|[1-9]) ?([ap])m(?![A-Za-z\d])", _hour),
        (r"(?<![\d·.])(1[0-2]|[1-9])·([12]\d|3[01]|[1-9])(?![\d·])", _event),
        (
            rf"(?<![\d.])(?!1([12])\.1\1)(1[0-2]|[1-9])\.([12]\d|3[01]|[1-9])(?={_FEAST})",
            lambda match: in_digits(match[2] + match[3]),
        ),
        # a year, though so many years might stand there
        (r"(?<=[（(〔\[【])(?:19|20)\d\d(?=[）)〕\]】])", lambda match: in_digits(match.group())),
        (r"(?<!\d)(?:19|20)\d\d(?<!00)(?=年[之以]?[前后])", lambda match: in_digits(match.group())),
        (
            r"(?<![\d.,])(?:19|20)\d\d(?<!000)(?=[款版届](?!权)|级(?!别)|修[订正])",
            lambda match: in_digits(match.group()),
        ),
        (r"['’‘](\d\d)(?=年)", lambda match: in_digits(match[1])),
        (
            r"(?<!\d)(?:[4-9]\d|0\d)(?=年(?:出生|生人|毕业|入学|入伍|参军))",
            lambda match: in_digits(match.group()),
        ),
        (rf"(?:前|(?<![\d前]))\d{{3}}年{_DAY_OF}{DASH}(?:公元)?前?\d{{3}}年", _years),
        (
            rf"(?<=公元前)(\d{{3,4}}){DASH}((?:公元)?前?)(\d{{1,4}})(?=年)",
            lambda match: f"{in_digits(match[1])}到{match[2]}{in_digits(match[3])}",
        ),
        (
            r"(?<=[-—–~～至到]前)\d{3}(?=年)",
            lambda match: in_digits(match.group()),
        ),
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
        (rf"(?<=\d秒)\d\d\d?(?={_RESULT})", lambda match: in_digits(match.group())),
        (r"(?<![\d.:])[06-9]5(?=后(?![天来退面]))", lambda match: in_digits(match.group())),
        (r"(?<!\d)\d0(?=[、和/-]\d0后)", lambda match: in_digits(match.group())),
    ]
)


def read_dates(text: str) -> str:
    return substitute(_RULES, text)
