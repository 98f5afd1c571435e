"""Powers, and the signs of calculation between numbers."""

import re

from speech.text.chinese.numbers import cardinal, decimal, in_digits
from speech.text.rules import compiled, substitute

_QUANTITY, _VALUE = r"(?<=[A-Za-z\d)])", r"-?\d|[零一二三四五六七八九][点十百千万]"
_FACTOR_END = r"(?![\d=]|(?!(?:[cdkm]?m|px)(?![A-Za-z]))[A-WYZa-wyz])"
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def _power(match: re.Match[str]) -> str:
    """Of 10^5, 10⁵ and x²."""
    power = (match["power"] or match["raised"].translate(_RAISED)).replace("−", "-")
    named = "平方" if power == "2" else f"{'负' * (power[0] == '-')}{cardinal(abs(int(power)))}次方"
    return f"{match['base']}的{named}"


def _charge(match: re.Match[str]) -> str:
    """Of Fe³⁺ and SO₄²⁻, whose other digits are in words by now."""
    count = match[1] and in_digits(match[1].translate(_RAISED))
    return count + ("正" if match[2] == "⁺" else "负")


def _quotient(match: re.Match[str]) -> str:
    """20/4= is a division, 1/2= a fraction."""
    is_fraction = int(match[1]) < int(match[2])
    return match.group() if is_fraction else f"{match[1]}除以{match[2]}"


_ALGEBRA = compiled([(r"(?<![A-Za-z\d-])(\d*[xyn])-(?=\d+ ?[=<>≤≥≠+*/)×÷])", r"\1减")])
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
        (r"[₀-₉]+", lambda match: cardinal(int(match.group().translate(_LOWERED)))),
        (r"(?<=[A-Za-z一二三四五六七八九])([¹²³⁴-⁹]?)([⁺⁻])(?![⁰¹²³⁴-⁹])", _charge),
        (r"(?<=[A-Za-z])\+\+", "加加"),
        (r"(?<=[<>=≈≤≥]) ?\.(?=\d)", "0."),
        (r" ?∈ ?(?=\S)", "属于"),
        (r"∪", "并"),
        (r"∩", "交"),
        (r"[⊂⊆]", "包含于"),
        (r"∅", "空集"),
        (r"(?<=[\dA-Za-z)²³%方一二三四五六七八九])(?:\+| \+ )(?=[\dA-Za-z(√])", "加"),
        (r"(?:(?<=\d[\u4e00-\u9fff])|(?<=\d[\u4e00-\u9fff]{2}))(?:\+| \+ )(?=\d)", "加"),
        (r"(?<=加)2(?=架构|模式|体系|格局|战略)", "二"),
        (r"(?<=平方)[-−](?=[\da-z])|(?<=[\dA-Za-z)]) ?− ?(?=[\dA-Za-z(])", "减"),
        (r"(?<=\d) ?- ?(?=\d[\d.+*/×÷ -]{0,40} ?=)", "减"),
        (
            rf"(?<![A-WYZa-wyz\d.])([1-9]\d{{0,3}}) ?[xX] ?(?=[1-9]\d{{0,3}}{_FACTOR_END})",
            r"\1乘",
        ),
        (r"(?<![\d.])(\d+)/(\d+)(?= ?=)", _quotient),
        (r"(?<=[\w)²³]) ?÷ ?(?=[\w(√])", "除以"),
        # 12.5 with nothing behind it would be a date
        (r"(?<=[\w)])( ?)×( ?)(?=\d)(?!\d+\.\d+(?![\w%]))|(?<=[\dKk])()\*()(?=\d)", r"\1乘\2"),
        (r"√", "根号"),
        (r"∞", "无穷大"),
        (r" ?≈ ?(?=\S)", "约等于"),
        (r" ?≠ ?(?=\S)", "不等于"),
        (r"△(?=[A-Z]{3})", "三角形"),
        (r"∠(?=[A-Z\d])", "角"),
        (rf"{_QUANTITY} ?< ?(?={_VALUE}|[a-z](?![A-Za-z]))", "小于"),
        (rf" ?(?<![<=-])<(?!3(?:$|[\s，。！？~～])) ?(?={_VALUE})", "小于"),  # no heart
        (rf"{_QUANTITY} ?> ?(?={_VALUE}|[a-z](?![A-Za-z]))", "大于"),
        (rf"(?<=[^\s<>=-]) ?> ?(?={_VALUE})", "大于"),
        (r"(?<=[次平]方) ?\+ ?(?=\w)", "加"),
        (
            r"(?<=[A-Za-z]) ?= ?(?=[A-Za-z\d(−-])|(?<=[\d)]) ?= ?(?=[A-Za-z])|"
            r"(?<=[次平]方) ?= ?(?=\w)",
            "等于",
        ),
        (r"(?:(?<=[^\W_]|[)°′″℃])|(?<=\d%)) ?= ?(?=[^\W_]|[(√-])", "等于"),
        # 12.5 before a word would be a date
        (r"(?<![\d.])1[0-2]\.\d{1,2}(?=[乘加减除等大小约])", lambda match: decimal(match.group())),
    ]
)


def read_algebra(text: str) -> str:
    """Before codes, which have a hyphen between a letter and a digit."""
    return substitute(_ALGEBRA, text)


def read_powers(text: str) -> str:
    return substitute(_POWERS, text)


def read_formulas(text: str) -> str:
    return substitute(_FORMULAS, text)
