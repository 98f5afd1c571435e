"""Ranges with 到."""

import re

from speech.text.chinese.numbers import in_digits
from speech.text.chinese.patterns import DASH
from speech.text.rules import compiled, substitute

_UNIT = r"(?:%|‰|℃|°[CF]?|[A-Za-z]{1,3}(?![A-Za-z])|[\u4e00-\u9fff])"


def _range(match: re.Match[str]) -> str:
    """A到B where B is more than A: 3-1 is a score or a difference."""
    low, high, unit = match["low"], match["high"], match["unit"] or ""
    if float(low) >= float(high):
        return match.group()
    if match["after"] == "%" and not unit:
        unit = "%"
    if _is_year(low) and _is_year(high) and match["after"] in ("", *"年学财赛"):
        return f"{in_digits(low)}到{in_digits(high)}"
    return f"{low}{unit}到{high}"


def _pages(match: re.Match[str]) -> str:
    to = "到" if int(match["low"]) < int(match["high"]) else "-"
    return f"{match[1]}{match['low']}{to}{match['high']}"


def _figure(match: re.Match[str]) -> str:
    """图2-1 is the first of chapter 2; 图1-3 might be three of them."""
    is_range = int(match[1]) < int(match[2])
    return match.group() if is_range else f"{match[1]}杠{match[2]}"


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and "1000" <= digits < "2100"


_RULES = compiled(
    [
        (r"(?<![\d/])(-?\d{1,2})/(-?\d{1,2})(?= ?(?:℃|°))", r"\1到\2"),
        (r"(?<=%)/(?=\d)|(?:(?<=[A-Za-z]\d)|(?<=[A-Za-z]\d\d))/(?=\d)", "、"),
        (rf"(?<=\d[分秒]){DASH}(?=\d{{1,2}}[点时分])", "到"),
        (rf"(?<=[年月日点]){DASH}(?=[次翌今明来]年)", "到"),
        (
            r"((?<![A-Za-z])[Pp]{1,2}\.? ?|[)）][:：])(?P<low>\d{1,5})[-–—~～]"
            r"(?P<high>\d{1,5})(?![\d./-])",
            _pages,
        ),
        (r"(?<=[图表式例])(\d{1,2})-(\d{1,2})(?![\d.-])", _figure),
        (r"([\[,，])(?P<low>\d{1,4})-(?P<high>\d{1,4})(?=[\],，])", _pages),
        (r"(?<=\w) ?→ ?(?=\d)", "到"),
        (rf"(?<=\d[:：]\d\d){DASH}(?=\d{{1,2}}[:：]\d\d)", "到"),
        (
            rf"(?<=[\d年月日零一二三四五六七八九]){DASH}(?=(?:公元|前)\d|(?:公元)?前?[一二三四五六七八九零]{{3}}年)",
            "到",
        ),
        (r"(?<=[℃°CF度%]) ?[~～〜] ?(?=-?\d)", "到"),
        (rf"(?<=[点分时半]){DASH}(?=[上下]午|中午|晚上?|凌晨|次日|第二天)", "到"),
        (
            rf"(?<![\d.,:=+×÷*/A-Za-z-])(?<![=+×÷*] )(?P<low>\d{{1,8}}(?:\.\d+)?)(?P<unit>{_UNIT})?"
            rf"{DASH}(?P<high>\d+(?:\.\d+)?)(?!\d|[-/:.,]\d| ?[=+×÷*]|{DASH}\d)"
            r"(?=(?P<after>[\u4e00-\u9fff%]?))",
            _range,
        ),
        (rf"(?<=[一二三四五六日天年月号点]){DASH}(?=周|星期|礼拜|\d{{1,4}}[年月日号点])", "到"),
        (r"(?<=\d)[～〜](?=\d)", "到"),
        (r"(?<![\d年月日号点元%℃°约的啊呀哦哈呢吧嘛啦嗯])[~～〜] ?(?=\d)", "约"),
        (rf"(?<=次方){DASH}(?=\d)", "到"),
        (r"(月\d\d?日?到)2(?=日)", r"\1二"),
    ]
)


def read_ranges(text: str) -> str:
    return substitute(_RULES, text)
