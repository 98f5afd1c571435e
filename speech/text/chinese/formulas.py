"""Powers, and the signs of calculation between numbers."""

import re

from speech.text.chinese.numbers import cardinal
from speech.text.chinese.patterns import compiled, substitute

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def _power(match: re.Match[str]) -> str:
    """Of 10^5, 10⁵ and x²."""
    power = (match["power"] or match["raised"].translate(_RAISED)).replace("−", "-")
    named = "平方" if power == "2" else f"{'负' * (power[0] == '-')}{cardinal(abs(int(power)))}次方"
    return f"{match['base']}的{named}"


_POWERS = compiled(
    [
        (
            r"(?P<base>\d|(?<![A-Za-z]{2})(?<!/)[a-cknrxyz])"
            r"(?:\^\(?(?P<power>[-−]?\d{1,8})(?![\d.])\)?|(?P<raised>⁻?[⁰¹²³⁴-⁹]{1,8}))",
            _power,
        ),
        (r"\^", ""),
    ]
)
_FORMULAS = compiled(
    [
        # 12.5 with nothing behind it would be a date
        (r"(?<=[\w)])( ?)×( ?)(?=\d)(?!\d+\.\d+(?![\w%]))|(?<=\d)()\*()(?=\d)", r"\1乘\2"),
        (r"√", "根号"),
        (r"∞", "无穷大"),
        (r"(?<=[次平]方) ?\+ ?(?=\w)", "加"),
        (
            r"(?<=[A-Za-z]) ?= ?(?=[A-Za-z\d(−-])|(?<=[\d)]) ?= ?(?=[A-Za-z])|"
            r"(?<=[次平]方) ?= ?(?=\w)",
            "等于",
        ),
    ]
)


def read_powers(text: str) -> str:
    return substitute(_POWERS, text)


def read_formulas(text: str) -> str:
    return substitute(_FORMULAS, text)
