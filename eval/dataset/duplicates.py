"""Texts that a dataset holds more than once, or nearly so: MinHash (Broder, 1997) with bands."""

import re
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from speech.seeds import stable_hash

SHINGLE = 2
"""words"""
BANDS, ROWS = 8, 4
"""a text of Jaccard similarity 0.8 to another shares a band with it in 98 of 100 cases"""
NEAR = 0.8
EXAMPLES = 20
_WORD = re.compile(r"[^\W_]+")


def text_key(text_normalized: str) -> int:
    """Equal for texts that differ in case, punctuation and spaces alone."""
    return stable_hash("text", " ".join(plain_words(text_normalized)))


def plain_words(text: str) -> list[str]:
    """Letters and digits alone, in lower case."""
    return _WORD.findall(text.casefold())


@dataclass(frozen=True)
class NearPair:
    first: str
    second: str
    jaccard: float


@dataclass(frozen=True)
class Duplicates:
    texts: int
    """distinct ones, apart from case and punctuation"""
    same_text_same_voice: int
    """clips that say what an earlier one of the same speaker says"""
    near_texts: int
    """distinct texts whose word pairs are those of an earlier text by `NEAR` or more (Jaccard)"""
    examples: Sequence[NearPair]


@dataclass
class DuplicateFinder:
    """Takes one row after another."""

    keys: set[int] = field(default_factory=set)
    _spoken: set[int] = field(default_factory=set)
    _texts: list[str] = field(default_factory=list)
    _signatures: array = field(default_factory=lambda: array("Q"))
    _repeated: int = 0

    def add(self, text: str, speaker: str) -> None:
        key = text_key(text)
        spoken = hash((key, speaker))
        self._repeated += spoken in self._spoken
        self._spoken.add(spoken)
        if key not in self.keys:
            self.keys.add(key)
            self._texts.append(text)
            self._signatures.extend(_bands(text))

    def found(self) -> Duplicates:
        bands = np.frombuffer(self._signatures, np.uint64).reshape(-1, BANDS)
        near: dict[int, NearPair] = {}
        for band in bands.T:
            for first, second in _same(band):
                if second not in near:
                    alike = _jaccard(self._texts[first], self._texts[second])
                    if alike >= NEAR:
                        near[second] = NearPair(self._texts[first], self._texts[second], alike)
        examples = sorted(near.values(), key=lambda pair: -pair.jaccard)[:EXAMPLES]
        return Duplicates(len(self._texts), self._repeated, len(near), examples)


def _same(band: npt.NDArray[np.uint64]) -> list[tuple[int, int]]:
    """(first, later) of the texts in one bucket: each is compared to the bucket's first alone."""
    order = np.argsort(band, kind="stable")
    values = band[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    leader = order[np.repeat(starts, np.diff(np.r_[starts, len(order)]))]
    return [(int(a), int(b)) for a, b in zip(leader, order, strict=True) if a != b]


def _bands(text: str) -> list[int]:
    """Multiply-shift hashes (Dietzfelbinger, 1997), whose overflow is part of them."""
    shingles = np.array(sorted(_shingles(text)), np.uint64)
    hashed = (shingles[None] * _FACTORS[:, None] + _OFFSETS[:, None]) >> np.uint64(32)
    lowest = hashed.min(axis=1).reshape(BANDS, ROWS)
    return [hash(tuple(rows)) & (2**64 - 1) for rows in lowest.tolist()]


def _shingles(text: str) -> set[int]:
    words = plain_words(text)
    if len(words) < SHINGLE:
        words = [*words, ""] * SHINGLE
    pairs = zip(*(words[i:] for i in range(SHINGLE)), strict=False)
    return {zlib.crc32(" ".join(pair).encode("utf-8", "surrogatepass")) for pair in pairs}


def _jaccard(first: str, second: str) -> float:
    a, b = _shingles(first), _shingles(second)
    return len(a & b) / len(a | b)


_DRAW = np.random.default_rng(0)
_FACTORS = _DRAW.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64) * 2 + 1
_OFFSETS = _DRAW.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
