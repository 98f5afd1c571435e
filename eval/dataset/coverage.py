"""Which phonemes a dataset speaks, and which it never does."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from speech.errors import Refused
from speech.text.phonemes import ALPHABET, phonemize

MAX_PHONEMIZED = 1_000
"""texts that have no phonemes in the dataset are phonemised up to this number"""
STRESS = "ˈˌ"


@dataclass(frozen=True)
class Coverage:
    """Of phonemes without stress and punctuation, in misaki's alphabet."""

    texts: int
    counts: Mapping[str, int]
    """by phoneme, the most frequent first"""
    never: Sequence[str]
    pairs: int
    """distinct phonemes in a row, within words"""


@dataclass
class PhonemeCounter:
    """Takes one row after another; for English alone."""

    _singles: Counter[str] = field(default_factory=Counter)
    _pairs: set[str] = field(default_factory=set)
    _texts: int = 0

    def add(self, text_normalized: str, phonemes: str | None) -> None:
        if phonemes is None:
            if self._texts >= MAX_PHONEMIZED:
                return
            try:
                phonemes = phonemize(text_normalized, "en")
            except Refused:
                return
        self._texts += 1
        plain = "".join(symbol for symbol in phonemes if symbol not in STRESS)
        self._singles.update(symbol for symbol in plain if symbol.isalpha())
        self._pairs.update(a + b for a, b in pairwise(plain) if (a + b).isalpha())

    def found(self) -> Coverage | None:
        if not self._texts:
            return None
        known = [symbol for symbol in ALPHABET if symbol.isalpha() and symbol not in STRESS]
        never = [symbol for symbol in known if symbol not in self._singles]
        return Coverage(self._texts, dict(self._singles.most_common()), never, len(self._pairs))
