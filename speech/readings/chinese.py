"""Readings of written Chinese: what its signs and numbers may be said as.

Numbers stay in digits where the normaliser by which readings are compared says them as people do.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

from hibari.g2p.numbers import ordinal

from speech.readings.chinese_notation import NOTATION
from speech.readings.spoken_forms import chinese_form
from speech.readings.tokens import Rule, Token, read_tokens, said, with_frontend
from speech.text.chinese.numbers import cardinal, in_digits
from speech.text.chinese.scores import WON

DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_ROUND_YEAR = {"000": "千", "00": "百"}
_YUAN = ["元", "块", "块钱", "人民币", "日元"]
_CURRENCIES = {"$": ["美元", "美金"], "€": ["欧元"], "£": ["英镑"], "¥": _YUAN, "￥": _YUAN}
_UNITS = {
    "kg": ("千克", "公斤"),
    "km": ("千米", "公里"),
    "(?:°C|℃)": ("摄氏度", "度"),
    "(?:m²|㎡)": ("平方米", "平米"),
}
"""that have two names"""
_SPEEDS = (r"每小时\1公里", r"每小时\1千米", r"\1公里每小时", r"\1千米每小时")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_MARKUP = re.compile(r"[*_`^]+")
_NUMBER = r"\d[\d,]*(?:\.\d+)?"


def chinese_tokens(text: str, spoken: str | None = None) -> list[Token]:
    """The text in order; `spoken` is a frontend's reading, for what the rules do not know."""
    plain = _MARKUP.sub("", _TAG.sub("", html.unescape(text)))
    found = read_tokens(plain, _RULES, _characters)
    return found if spoken is None else with_frontend(found, list(spoken), "", chinese_form)


def _characters(text: str) -> Iterator[Token]:
    for char in text:
        sign = unicodedata.category(char)[0] == "S" or char in "#&@/%"
        yield Token(char, (char,), not sign)


def _spelled(match: re.Match[str]) -> list[str]:
    return [re.sub(r"\D", "", match.group()).translate(DIGITS)]


def _number(match: re.Match[str]) -> list[str]:
    """As a quantity, or digit by digit where it is not round."""
    number = match.group()
    is_round = number != "2000" and len(number.strip("0")) == 1
    return [number] if is_round else [number, number.translate(DIGITS)]


def _round_year(match: re.Match[str]) -> list[str]:
    first = match[1].translate(DIGITS)
    quantity = f"{first}{_ROUND_YEAR[match[2]]}年"
    return [quantity, "二零零零年"] if match.group() == "2000年" else [quantity]


def _year(match: re.Match[str]) -> list[str]:
    """221年 and 1500年 are years or so many of them."""
    return [f"{match[1].translate(DIGITS)}年", f"{cardinal(int(match[1]))}年"]


def _money(match: re.Match[str]) -> list[str]:
    shorter = [re.sub(r"\.?0+$", "", match[2])] if "." in match[2] else []
    amounts = dict.fromkeys((*shorter, match[2]))
    return [f"{amount}{match[3]}{name}" for amount in amounts for name in _CURRENCIES[match[1]]]


def _money_range(match: re.Match[str]) -> list[str]:
    """$100-$200, the currency said twice or once."""
    sign, low, high, large = match.groups()
    ends = [(name, between) for name in _CURRENCIES[sign] for between in (name, "")]
    return [f"{low}{first}{to}{high}{large}{name}" for name, first in ends for to in ("到", "至")]


def _power(match: re.Match[str]) -> list[str]:
    base, power = match[1], unicodedata.normalize("NFKC", match[2])
    named = {"2": ["平方"], "3": ["立方"]}.get(power, [])
    return [f"{base}的{name}" for name in (*named, f"{power.translate(DIGITS)}次方")]


def _clock(match: re.Match[str]) -> list[str]:
    """8:30 with 分 or without it, or as 八点半."""
    hour, minute = match.groups()
    half = [f"{int(hour)}点半"] * (minute == "30")
    past = f"零{minute[1]}" if minute[0] == "0" else str(int(minute))
    whole = [f"{int(hour)}点", f"{int(hour)}点整"] if minute == "00" else []
    return [match.group(), *half, *whole, f"{int(hour)}点{past}", f"{int(hour)}点{past}分"]


def _version(match: re.Match[str]) -> list[str]:
    parts = match.group().split(".")
    return ["点".join(map(in_digits, parts)), "点".join(cardinal(int(part)) for part in parts)]


def _ordinal(match: re.Match[str]) -> list[str]:
    """ "2nd" among Chinese."""
    return [ordinal(int(match[1])), match.group()]


def _address(match: re.Match[str]) -> list[str]:
    """ "www.x.com" and "a@x.com", the "at" in either language."""
    bare = re.sub(r"^\w+://", "", match.group()).replace(".", "点").translate(DIGITS)
    return [bare.replace("@", at) for at in (" at ", "艾特")]


_TELEPHONE = (
    r"(?:\(0\d{2,3}\)|0\d{2,3}-)(?:\d{7,8}|\d{4}[ -]\d{4})(?:-\d{1,6})?|1[3-9]\d(?:[ -]?\d{4}){2}"
    r"|\d{3,4}-\d{3,4}-\d{4}"
)
_PLAIN = [
    Rule(re.compile(pattern), read)
    for pattern, read in (
        (r"(?<!\d)\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)", lambda match: [match.group()]),
        (r"(?a:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|\bwww\.)[\w.-]*\w)", _address),
        (rf"(?<!\d)(?:{_TELEPHONE})(?!\d)", _spelled),
        (
            r"(?:(?<=赛)|(?<=[比得]分)|(?<=[比得]分[是为]))(\d{1,3})[-–—:](\d{1,3})"
            r"(?![\d.:/年月日分%-])",
            said(r"\1比\2"),
        ),
        (rf"(?<![\d.,:/-])(\d{{1,3}})[-–—:](\d{{1,3}})(?={WON})", said(r"\1比\2")),
        (r"(?<![\d:：.])(\d{1,2})[:：]([0-5]\d)(?![\d:：]| ?[apAP]\.?[mM])", _clock),
        (r"(?<!\d)(\d{1,4})(?:st|nd|rd|th)(?![A-Za-z])", _ordinal),
        (r"(?<![\d.,])100%", said("百分之百", "百分之一百")),
        (r"(?<!\d)(0?)(\d+)[号日]", said(r"\2号", r"\2日", r"\1\2号")),
        (
            rf"([{''.join(_CURRENCIES)}])({_NUMBER}) ?[-–—~～至] ?\1?({_NUMBER})([千万亿]*)",
            _money_range,
        ),
        (rf"([{''.join(_CURRENCIES)}]) ?({_NUMBER})([千万亿]*)", _money),
        (r"\d+(?:\.\d+){2,}", _version),
        *[(rf"(?<=\d) ?{unit}(?![A-Za-z/])", said(*names)) for unit, names in _UNITS.items()],
        (r"(?<!\d)([1-9])(0{2,3})年", _round_year),
        (r"(?<![\d.])(\d{2,3}|[1-9]\d00)年", _year),
        (r"(?<=[A-Za-z])-(?=\d)", said("", "杠")),
        (r"(?<=\d) ?[-–—] ?(?=\d+ ?=)", said("减")),
        (r"(?<=[\d%年月日号元点]) ?[-–—~～] ?(?=[$€£¥￥]?\d)", said("到", "至")),
        (r"([\dA-Za-z])([²³⁴-⁹])", _power),
        (r"(?<=[\w²³]) ?= ?(?=[\w(√-])", said("等于")),
        (r"(?<=[²³]) ?\+", said("加")),
        (r"(?<=\d)\+", said("多", "加")),
        (r"(\d[\d.]*) ?km/h", said(*_SPEEDS)),
        (r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,]|\.\d)", lambda match: [match[0].replace(",", "")]),
        (r"(?<![\d.:/,])\d{2,}(?![\d.:/,年%])", _number),
    )
]  # fmt: skip
_RULES = [*NOTATION, *_PLAIN]
