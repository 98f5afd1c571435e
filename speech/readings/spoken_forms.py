"""One form for all spellings of what was said: Whisper's normaliser for English, wetext for Chinese."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

Replacement = str | Callable[[re.Match[str]], str]

_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_NTH = r"\d+(?:st|nd|rd|th)?\b"
_BETWEEN = "(?:to|through|and|of|the)"
_DAYS_OF_A_MONTH = (
    rf"\b(?:{_NTH} (?:{_BETWEEN} )*)+{_MONTH}\b|\b{_MONTH}(?: (?:{_BETWEEN}|{_NTH}))+"
)
_BEFORE: list[tuple[re.Pattern[str], Replacement]] = [
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in (
        (r"…|\.{2,}", " "),
        (r"\bMiz (?=\w)", "Ms "),
        (r"\bo\.?k\b(?:\.(?=[\s,]))?", "okay"),
        (r"\bet ?c(?:etera)?\b", "et cetera"),
        (r"\b(?:h+m+|m+h+m+|u+h+|u+m+|e+rm+)\b", "um"),
        (r"'em\b", "them"),
        (r"(?<!half )\ba (?=(?:hundred|thousand|[mb]illion)\b)", "one "),
        (r"\balright\b", "all right"),
        (r"\bninth\b", "nineth"),  # as the normaliser spells it
        (r"\bsh+\b", "shh"),
        (r"\bp[. ] ?h[. ] ?d\b|\bph\.? ?d\b", "phd"),
        (r"\bdonut(?=s?\b)", "doughnut"),
        (r"\btee(?=[ -]shirts?\b)", "t"),
        (r"(?<![\w.])\.(?=\d)", "0."),
        (r"(?<=\w)[-/](?=\w)", " "),
        (r"(?<![\d.,])0\d+(?!\.?\d)", lambda match: " ".join(match.group())),
    )
]
_AFTER: list[tuple[re.Pattern[str], Replacement]] = [
    (re.compile(pattern), form)
    for pattern, form in (
        (r"\bone\b", "1"),
        (r"(?<![\d.])\.(?=\d)", "0."),
        (r"\bminus (?=[$£€]?\d)", "-"),
        (r"\ba (?=\$?1(?:00|000|0{6}|0{9})\b)", ""),
        (r"(?<![$£€\d.])\d[\d.]*(?: \d+\b)+", lambda match: match.group().replace(" ", "")),
        (r"(?<![$£€\d.])(\d+) ([$£€])(\d+)(?= (?:bill|note|coin)s?\b)", r"\2\1\3"),
        (_DAYS_OF_A_MONTH, lambda match: re.sub(r"(?<=\d)[a-z]{2}\b", "", match.group())),
    )
]
_VARIANTS = str.maketrans("幺两〇", "一二零")


def english_form(text: str) -> str:
    """Whisper's normaliser, and what it leaves: dots of an ellipsis, leading zeros, "10 30" for
    10:30, "3rd" for March 3, forms of "okay" and of fillers, and our own spelling of Ms.

    Single letters stay apart: "m y" is not "my".
    """
    for pattern, before in _BEFORE:
        text = pattern.sub(before, text)
    text = _english_normalizer()(text).strip()
    for pattern, after in _AFTER:
        text = pattern.sub(after, text)
    return text


def chinese_form(text: str) -> str:
    """Simplified characters without punctuation or spaces, numbers as they are spoken."""
    normalized = basic()(_chinese_normalizer().normalize(text)).replace(" ", "")
    return normalized.translate(_VARIANTS)


@lru_cache(maxsize=1)
def _english_normalizer() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


@lru_cache(maxsize=1)
def _chinese_normalizer() -> Any:
    from wetext import Normalizer  # costs 0.3 s that English need not pay

    return Normalizer(lang="zh", operator="tn", traditional_to_simple=True)


@lru_cache(maxsize=1)
def basic() -> BasicTextNormalizer:
    return BasicTextNormalizer()
