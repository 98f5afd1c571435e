"""Ranges with 到."""

import re

from speech.text.chinese.numbers import in_digits
from speech.text.chinese.patterns import DASH, compiled, substitute

_UNIT = r"(?:%|‰|℃|°[CF]?|[A-Za-z]{1,3}(?![A-Za-z])|[\u4e00-\u9fff])"


def _range(match: re.Match[str]) -> str:
    """A到B where B is more than A: 3-1 is a score or a difference."""
    low, high, unit = match["low"], match["high"], match["unit"] or ""
    if float(low) >= float(high):
        return match.group()
    if match["after"] == "%":
        unit = "%"
    if _is_year(low) and _is_year(high) and match["after"] in ("", *"年学财赛"):
        return f"{in_digits(low)}到{in_digits(high)}"
    return f"{low}{unit}到{high}"


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and "1000" <= digits < "2100"


_RULES = compiled(
    [
        (
            rf"(?<![\d.,:=+×÷*/A-Za-z-])(?<![=+×÷*] )(?P<low>\d{{1,8}}(?:\.\d+)?)(?P<unit>{_UNIT})?"
            rf"{DASH}(?P<high>\d+(?:\.\d+)?)(?!\d|[-/:.,]\d| ?[=+×÷*]|{DASH}\d)"
            r"(?=(?P<after>[\u4e00-\u9fff%]?))",
            _range,
        ),
        (rf"(?<=[一二三四五六日天年月号点]){DASH}(?=周|星期|礼拜|\d{{1,4}}[年月日号点])", "到"),
        (r"(?<=\d)[～〜](?=\d)", "到"),
        (r"(?<![\d年月日号点元%℃°约])[~～〜] ?(?=\d)", "约"),
        (rf"(?<=次方){DASH}(?=\d)", "到"),
        (r"(月\d\d?日?到)2(?=日)", r"\1二"),
    ]
)


def read_ranges(text: str) -> str:
    return substitute(_RULES, text)
