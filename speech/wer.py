"""Word and character error rates after the field's normaliser, for the gate and the voice checks."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jiwer
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

LANGUAGES = ("en", "zh")
"""that can be compared"""
_ELLIPSIS = re.compile(r"…|\.{2,}")
_SPACED_DIGITS = re.compile(r"(?<=\d) (?=\d)")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_SPACED_LETTERS = re.compile(r"\b([a-z]) (?=[a-z]\b)")


@dataclass(frozen=True)
class ErrorRates:
    """Fractions of the reference's words and characters; over 1 where much was inserted."""

    wer: float
    cer: float
    words: int
    """of the reference, as compared: what `wer` is a fraction of; characters for Chinese"""


def score(reference: str, hypothesis: str, language: str) -> ErrorRates:
    """Errors of one utterance; for Chinese both rates are of characters.

    Raises:
        ValueError: another language, or a reference without anything that can be compared.
    """
    expected, heard = comparable(reference, hypothesis, language)
    cer = jiwer.cer(expected, heard)
    if language == "en":
        return ErrorRates(jiwer.wer(expected, heard), cer, len(expected.split()))
    return ErrorRates(cer, cer, len(expected))


def comparable(reference: str, hypothesis: str, language: str) -> tuple[str, str]:
    """Both as they are compared: words between spaces; for Chinese, characters without any.

    Raises:
        ValueError: another language, or a reference without anything that can be compared.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r:.20}, allowed {', '.join(LANGUAGES)}")
    normalize = _english if language == "en" else _chinese
    expected, heard = normalize(reference), normalize(hypothesis)
    if not expected:  # "Hmm." is a filler, which Whisper's English normaliser drops
        expected, heard = _basic()(reference).strip(), _basic()(hypothesis).strip()
    if not expected:
        raise ValueError(f"no words to compare in {reference!r:.80}")
    return expected, heard


def _english(text: str) -> str:
    """Whisper's normaliser, and what it leaves: dots of an ellipsis, "10 30" for 10:30, "a m" for
    a.m., "3rd" for March 3, and our own spelling of Ms."""
    plain = _ELLIPSIS.sub(" ", text).replace("Miz ", "Ms ")
    normalized = _ORDINAL.sub("", _english_normalizer()(plain).strip())
    return _SPACED_LETTERS.sub(r"\1", _SPACED_DIGITS.sub("", normalized))


def _chinese(text: str) -> str:
    """Simplified characters without punctuation or spaces, numbers as they are spoken."""
    return _basic()(_chinese_normalizer().normalize(text)).replace(" ", "")


@lru_cache(maxsize=1)
def _english_normalizer() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


@lru_cache(maxsize=1)
def _chinese_normalizer() -> Any:
    from wetext import Normalizer  # costs 0.3 s that English need not pay

    return Normalizer(lang="zh", operator="tn", traditional_to_simple=True)


@lru_cache(maxsize=1)
def _basic() -> BasicTextNormalizer:
    return BasicTextNormalizer()
