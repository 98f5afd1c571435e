"""Text that hibari's phonemizer can take in time that grows with its length.

It looks up every run of the parts of an unbroken chunk, "a-a-a" or "aAaA", which is cubic in their
number, and fails on some letters and on numbers of over 36 digits. No ordinary text comes near.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from hibari.g2p import SUBTOKEN_RE
from hibari.g2p.token import Tok

MAX_CHARS = 48
"""without a space; a longer chunk is cut"""
MAX_PARTS = 10
"""of a chunk, "one-size-fits-all" has 7; those of more are words of their own"""

LONG_CHUNK = re.compile(
    rf"(?=\S{{{MAX_CHARS + 1}}})(?:\S{{1,{MAX_CHARS - 1}}}[^\w\s]|\S{{{MAX_CHARS}}})"
)
_LONG_NUMBER = re.compile(r"\d[\d.,]{12,}")


def bounded_text(text: str) -> str:
    """Nothing that hibari cannot read, no chunk of more than `MAX_CHARS` characters."""
    text = unicodedata.normalize("NFC", text).translate(_READABLE)
    text = _LONG_NUMBER.sub(lambda match: " ".join(re.findall(r"\d", match.group())), text)
    return LONG_CHUNK.sub(r"\g<0> ", text)


class _Readable(dict[int, str]):
    """A `str.translate` table that fills itself: Latin letters, ASCII and punctuation stay."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_latin = char.isalpha() and unicodedata.name(char, "").startswith("LATIN ")
        if len(char.lower()) > 1:  # of all letters İ alone, which hibari cannot take
            char = unicodedata.normalize("NFD", char)[0]
        self[code] = char if is_latin or " " <= char <= "~" or char in "‘’“”–—…" else " "
        return self[code]


_READABLE = _Readable()


def bounded(tokens: Iterable[Tok]) -> Iterator[Tok]:
    """An unbroken run of many parts stands as words of their own."""
    for run in _runs(tokens):
        parts = [(token, part) for token in run for part in _parts(token)]
        if len(parts) <= MAX_PARTS:
            yield from run
        else:
            yield from (token.copy(text=part, whitespace=" ") for token, part in parts)


def _parts(token: Tok) -> list[str]:
    return [token.text] if token.phonemes is not None else SUBTOKEN_RE.findall(token.text)


def _runs(tokens: Iterable[Tok]) -> Iterator[list[Tok]]:
    run: list[Tok] = []
    for token in tokens:
        run.append(token)
        if token.whitespace:
            yield run
            run = []
    if run:
        yield run
