"""A clip that is shown to the gate, and what the gate finds of it."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from speech.audio.waveform import Wave
from speech.dataset.schema import Utterance
from speech.text.inline_phonemes import plain


@dataclass(frozen=True)
class Candidate:
    """A clip to judge: a 24 kHz mono wave, the text it should say as it was written and as the
    frontend read it, and the id of whose voice."""

    wave: Wave
    text: str
    text_normalized: str
    language: str
    voice: str
    is_respelled: bool = False
    """by the user's lexicon: what fits that spelling alone is no mistake of the frontend"""
    phonemes: str | None = None
    """of the whole text, where the user says how it, or a word of it, sounds"""

    @classmethod
    def of(cls, said: Utterance, wave: Wave) -> "Candidate":
        return cls(
            wave,
            plain(said.text),
            said.text_normalized,
            said.language,
            said.voice,
            said.is_respelled,
            said.phonemes,
        )

    @property
    def has_own_words(self) -> bool:
        return self.is_respelled or self.phonemes is not None


@dataclass(frozen=True)
class Verdict:
    """`reason` is None for an accepted clip; None elsewhere stands for not measured."""

    reason: str | None = None
    detail: str = ""
    duration_s: float = 0.0
    speaking_rate: float | None = None
    transcript: str | None = None
    wer: float | None = None
    cer: float | None = None
    similarity: float | None = None
    mos: float | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """What a row says of it, be it a clip's or a rejection's."""
        return {
            name: value for name, value in vars(self).items() if name not in ("reason", "detail")
        }


RankBy = Literal["words", "mos"]


def rank(verdict: Verdict, by: RankBy = "words") -> tuple[float, ...]:
    """Sorts the better clip first: accepted, then (`mos`) the higher mean opinion score, then fewer
    wrong words, then the nearer voice."""
    words = _smallest_first(verdict.wer), _largest_first(verdict.similarity)
    quality = (_largest_first(verdict.mos),) if by == "mos" else ()
    return (verdict.reason is not None, *quality, *words)


def _smallest_first(value: float | None) -> float:
    return math.inf if value is None or math.isnan(value) else value


def _largest_first(value: float | None) -> float:
    return _smallest_first(None if value is None else -value)
