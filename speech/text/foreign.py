"""Lines that are plainly in another language than the one they are read as."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

FEWEST_WORDS = 4
"""below which a line may be a name, and names are of any language"""
MIN_PROBABILITY = 0.95
_ENOUGH_CHARS = 300
_CHARACTERS_A_WORD = 2  # of scripts without spaces
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def looks_like(text: str) -> str | None:
    """The ISO 639-1 code of the language that a line is plainly in; None where it is not plain.

    Of 228 lines of everyday English none was taken for another language, of 20 plain sentences in
    other European languages two in three were found: enough to know a corpus by, not to reject a
    line for.
    """
    text = text[:_ENOUGH_CHARS]
    words = len(text.split()) + len(_IDEOGRAPH.findall(text)) // _CHARACTERS_A_WORD
    if words < FEWEST_WORDS:
        return None
    language, probability = _identifier().classify(text)
    return str(language) if probability >= MIN_PROBABILITY else None


@lru_cache(maxsize=1)
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
