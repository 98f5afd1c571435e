"""Telephone numbers, room and model numbers digit by digit; versions part by part."""

import re

from speech.text.chinese.numbers import cardinal, in_digits
from speech.text.chinese.patterns import compiled, substitute

_PART, _NO_MORE = r"\d{1,4}", r"(?![\d.])"
_CODE_NAME = (
    "(?:QQ群?号?|群号|微信号?|邮编|邮政编码|身份证号?码?|密码|验证码|校验码|订单号?|单号|账号|帐号|卡号|工号|学号|编号|序列号|"
    "房间号?|房号|尾号|电话号?码?|手机号?码?|热线|分机号?|航班号?|车次|拨打|致电|车牌号?码?)"
)


def _phone(match: re.Match[str]) -> str:
    return in_digits(re.sub(r"[^\d]", "", match.group()), "幺")


def _code(match: re.Match[str]) -> str:
    return match["before"] + in_digits(match["digits"], "幺")


def _version(match: re.Match[str]) -> str:
    parts = match["parts"].split(".")
    address = len(parts) == 4  # of a machine: 192.168.1.1
    spoken = (in_digits(part) if address else cardinal(int(part)) for part in parts)
    return match["before"] + "点".join(spoken)


_RULES = compiled(
    [
        (r"(?<![\d.,])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d|[.,]\d)", _phone),
        (r"(?<![\d.,])(?:0\d{2,3}[- ]\d{7,8}|[48]00-\d{3,4}-?\d{3,4})(?!\d)", _phone),
        (rf"(?P<before>{_CODE_NAME}[:：是为]? ?[A-Za-z]*)-?(?P<digits>\d{{3,}})(?![\d.:,])", _code),
        (r"(?P<before>)(?<![\d.])(?P<digits>\d{3,4})(?=室|号?房)", _code),
        (r"(?P<before>(?<![A-Za-z])[A-Z]{1,3})-?(?P<digits>\d{3,5})(?![\d.,%A-Za-z])", _code),
        (r"(?<=[A-Za-z])-(?=\d)", ""),
        (
            rf"(?P<before>(?:(?<![A-Za-z])[vV]|版本号?) ?)(?P<parts>{_PART}(?:\.{_PART})+){_NO_MORE}",
            _version,
        ),
        (rf"(?P<before>)(?<![\d.])(?P<parts>{_PART}(?:\.{_PART}){{3}}){_NO_MORE}", _version),
        (rf"(?P<before>)(?<![\d.])(?P<parts>{_PART}(?:\.{_PART}){{2}})(?=版)", _version),
    ]
)


def read_codes(text: str) -> str:
    return substitute(_RULES, text)
