"""Signs in words, and numbers that the grammars count wrong."""

import re

from hibari.g2p.numbers import ordinal as english_ordinal

from speech.text.chinese.numbers import cardinal
from speech.text.chinese.patterns import END, compiled, substitute

_MEASURED = (
    "[是为到至于得值差温率约达有下负乘除减加和与或在从对比润跌涨益分化数方"
    "零一二三四五六七八九十百千万亿]"
)
"""before a number below zero"""
_MEASURE = "(?:[%‰℃°度元块分米公千毫厘万亿点摄华倍美港]|[VWKCF](?![A-Za-z])|[a-z]|[A-Z][A-Za-z])"


def _count(match: re.Match[str]) -> str:
    return cardinal(int(match.group()))


_NEGATIVES = compiled(
    [
        (r"(?<![\w%）)])[-−] ?(?=\d+/\d+|\d+(?:\.\d+)?%|百分之)", "负"),
        (
            r"(?<=[\u4e00-\u9fff])(?<!\d[\u4e00-\u9fff])(?<!\d[\u4e00-\u9fff]{2})"
            rf"(?<!{_MEASURED})-(?=\d{{1,4}}(?![\d.,]|[-/]\d| ?{_MEASURE}))",
            "",
        ),
    ]
)
_SIGNS = compiled(
    [
        (r"(\d+(?:\.\d+)?)‰", r"千分之\1"),
        (r"(?<![\d.,])100%", "百分之百"),
        (r"(?<=[\d万亿])\+(?=[\u4e00-\u9fff])", "多"),
        (r"(?<=[A-Za-z\d+])\+(?!\d)", "加"),
        (r"\b([CF])#", r"\1 sharp"),
        (r"(?<=[A-Za-z]) ?& ?(?=[A-Za-z])", " and "),
        (r"&", "和"),
        (r"@(?=\w)", "艾特"),
    ]
)
_NUMBERS = compiled(
    [
        (r"第2(?=[\u4e00-\u9fff])(?![十百千万亿])", "第二"),
        (r"(?<![\d.])2(?=倍)", "两"),
        (r"(?<=又)2(?=分之)", "二"),
        (r"(?<=\d)g(?![A-Za-z网])", "克"),
        (
            r"(?<![A-Za-z\d.])(\d{1,2})([vV][sS]?)(?=\d{1,2}(?![A-Za-z\d.]))",
            lambda match: match[1] + match[2].upper(),
        ),
        (r"(?i:\bno)\. ?(?=\d)", "第"),
        (rf"(?<!\d)(\d{{1,4}})(?:st|nd|rd|th){END}", lambda match: english_ordinal(int(match[1]))),
        (r"(?<![第\d.,])\d{9,13}(?![\d.,]|[kKmMgGtT][bB])|(?<=第)\d{9,15}(?!\d)", _count),
    ]
)


def read_negatives(text: str) -> str:
    return substitute(_NEGATIVES, text)


def read_signs(text: str) -> str:
    return substitute(_SIGNS, text)


def read_counts(text: str) -> str:
    return substitute(_NUMBERS, text)
