"""Telephone numbers, room and model numbers digit by digit; versions part by part."""

import re

from speech.text.chinese.numbers import cardinal, in_digits
from speech.text.rules import compiled, substitute

_STANDARD = (
    "(?<![A-Za-z\\d])(?:GB[ZJ]?|JGJ|CJJ|JJ[GF]|DB|JB|HG|YY|QB|SH|DL|JT|TB|YD|SJ|NY|SL|WS|HJ|AQ|GA|LY|ISO|IEC|IEEE|ASTM|DIN)"
    "(?:\\d\\d)?(?:/[TZ])? ?"
)
_SERIES = "(?<![A-Za-z])(?:RTX|GTX|RX|ISO|IEC|RFC|GB(?:/T)?) "
_MAKER = "日经|波音|空客|宝马|标致|保时捷|骁龙|麒麟|天玑|诺基亚"
_PART, _NO_MORE = r"\d{1,4}", r"(?![\d.])"
_CODE_NAME = (
    "(?:QQ群?号?|群号|微信号?|邮编|邮政编码|身份证号?码?|密码|验证码|校验码|订单号?|单号|账号|帐号|卡号|工号|学号|编号|序列号|"
    "股票代码|证券代码|基金代码|批号|批次号|房间号?|房号|尾号|电话号?码?|手机号?码?|热线|分机号?|航班号?|车次|拨打|致电|车牌号?码?)"
)
_SERVICE = "网站|官网|客服|热线|平台|服务|投诉|[Aa][Pp][Pp]"


def _phone(match: re.Match[str]) -> str:
    return in_digits(re.sub(r"[^\d转]", "", match.group()), "幺")


def _code(match: re.Match[str]) -> str:
    return match["before"] + in_digits(match["digits"], "幺")


def _masked(match: re.Match[str]) -> str:
    """139****5678, its stars a pause."""
    return f"{in_digits(match.group()[:3], '幺')} {in_digits(match.group()[-4:], '幺')}"


def _numbered(match: re.Match[str]) -> str:
    """HT-2024-0315, of a contract."""
    letters, *parts = match.group().split("-")
    return letters + "杠".join(in_digits(part, "幺") for part in parts)


def _issn(match: re.Match[str]) -> str:
    return match["before"] + in_digits(match["digits"].replace("-", ""))


def _standard(match: re.Match[str]) -> str:
    """Of GB/T 7714-2015, whose end is the year."""
    number = in_digits(match["number"].replace(".", "点"))
    return f"{match['before']}{number}杠{in_digits(match['year'])}"


def _version(match: re.Match[str]) -> str:
    parts = match["parts"].split(".")
    address = len(parts) == 4  # of a machine: 192.168.1.1
    spoken = (in_digits(part) if address else cardinal(int(part)) for part in parts)
    return match["before"] + "点".join(spoken)


_RULES = compiled(
    [
        (r"(?<![A-Za-z])[A-Z]{1,6}(?:-\d{1,8}){2,}(?![\w.-])", _numbered),
        (r"(?<![\d.,])1[3-9]\d(?:\*{2,}|[xX]{4})\d{4}(?!\d)", _masked),
        (r"(?<![\d.,])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d|[.,]\d)", _phone),
        (
            r"(?<![\d.,])(?:[（(]0\d{2,3}[）)]|0\d{2,3}[- ])(?:\d{7,8}|\d{3,4}[ -]\d{4})"
            r"(?:[转-]\d{1,6})?(?!\d)",
            _phone,
        ),
        (r"(?<![\d.,])[48]00-\d{3,4}-?\d{3,4}(?:转\d{1,6})?(?!\d)", _phone),
        (
            rf"(?P<before>{_CODE_NAME}[:：是为]? ?[A-Za-z_]*)-?(?P<digits>\d{{3,}})(?![\d.:,])",
            _code,
        ),
        (
            r"(?<=[（(])(?:00|15|30|51|60|68)\d{4}(?<!000)(?=[）).])",
            lambda m: in_digits(m.group()),
        ),  # a share
        (r"(?P<before>ISSN[:：]? ?)(?P<digits>\d{4}-\d{3}[\dX])", _issn),
        (
            rf"(?P<before>)(?<![\d.,])(?P<digits>12\d{{3}}|100[0-8]\d|95\d{{3}})(?={_SERVICE})",
            _code,
        ),
        (r"(?P<before>)(?<![\d.])(?P<digits>\d{3,4})(?=室|号?房)", _code),
        (r"(?P<before>单元)(?P<digits>\d{3,4})(?!\d)", _code),
        (r"(?P<before>楼)(?P<digits>\d{3,4})(?=$|[，。；、）)])", _code),
        (r"(?<=单元)(\d{1,3})-(?=\d{1,4}(?!\d))", r"\1杠"),
        (r"(?P<before>)(?<![\d.])(?P<digits>\d{3}(?<!00))(?=路(?:公交|公共|汽|电|巴|车))", _code),
        (r"(?P<before>[乘坐换转])(?P<digits>\d{3}(?<!00))(?=路)", _code),
        (r"(?P<before>)(?<![\d.,:：/-])(?P<digits>0\d{2,})(?![\d:：]|[.,/-]\d)", _code),
        (
            rf"(?P<before>{_STANDARD})(?P<number>\d{{1,6}}(?:\.\d{{1,3}})?)[-—–](?P<year>(?:19|20)?\d\d)(?![\d.])",
            _standard,
        ),
        (
            r"(?P<before>(?<![A-Za-z])(?:ISO|IEC) ?)(?P<number>\d{4,5})-(?P<year>\d{1,2})(?!\d)",
            _standard,
        ),
        (rf"(?P<before>{_SERIES})(?P<digits>\d{{4,5}})(?![\d.,*×])", _code),
        (r"(?P<before>(?<![A-Za-z])[iR][3579])-(?P<digits>\d{4,5})(?![\d.,])", _code),
        (
            rf"(?P<before>(?:{_MAKER}) ?)(?P<digits>\d{{3,4}}(?<!000))(?![\d.,万亿多元股架辆年月])",
            _code,
        ),
        (r"(?P<before>(?<![A-Za-z\d])[A-Z])(?P<digits>\d{3})(?=L(?![A-Za-z]))", _code),
        (r"(?<![A-Za-z\d])([A-Z])(\d{1,2})(?=L(?![A-Za-z]))", lambda m: m[1] + cardinal(int(m[2]))),
        (r"(?P<before>(?<![A-Za-z])[A-Z]{1,3})-?(?P<digits>\d{3,8})(?![\d.,%A-Za-z])", _code),
        (r"(?<=[图表式])(\d{1,2}(?:\.\d{1,2}){1,2})-(?=\d{1,2}(?![\d.]))", r"\1杠"),
        (r"(?<=\d)(?P<unit>[A-Za-zμ]{1,3})-(?=\d+(?:\.\d+)?(?P=unit)(?![A-Za-z]))", r"\1到"),
        (r"(?<=[A-Za-z])-(?=\d)(?!\d+(?:\.\d+)?%)", ""),
        (r"(?<=[A-Za-z]\d)-(?=\d+(?:\.\d+)?[BM](?![A-Za-z]))", " "),  # Qwen2-72B
        (
            rf"(?P<before>(?:(?<![A-Za-z])[vV]|版本号?) ?)(?P<parts>{_PART}(?:\.{_PART})+){_NO_MORE}",
            _version,
        ),
        (rf"(?P<before>)(?<![\d.])(?P<parts>{_PART}(?:\.{_PART}){{3}}){_NO_MORE}", _version),
        (rf"(?P<before>)(?<![\d.])(?P<parts>{_PART}(?:\.{_PART}){{2}})(?=版)", _version),
        (rf"(?P<before>)(?<![\d.])(?P<parts>\d{{1,3}}(?:\.{_PART}){{2}}){_NO_MORE}", _version),
    ]
)


def read_codes(text: str) -> str:
    return substitute(_RULES, text)
