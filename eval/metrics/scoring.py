"""What all judges say of one clip; a judge that fails leaves its own place empty and no other."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.dataset.clips import MAX_CLIP_S
from speech.errors import InputError, Refused
from speech.judges.judges import Judges
from speech.judges.speaker import Embedding, has_voice, similarity
from speech.judges.word_errors import WordErrors, word_errors

T = TypeVar("T")


@dataclass(frozen=True)
class ClipScores:
    """None, or nothing under a name, where a judge failed or found no voice."""

    transcript: str | None
    errors: WordErrors | None
    embedding: Embedding | None
    ratings: dict[str, float]
    """mean opinion scores by the name of the judge"""
    failures: dict[str, str]
    """by the name of the judge, or `audio`: what went wrong"""


@dataclass
class Scorer:
    """The judges, each asked in turn and guarded."""

    judges: Judges
    language: str
    _broken: dict[str, str] = field(default_factory=dict)
    """judges whose weights cannot be had; they are not asked again"""

    def hear(self, wave: Wave, text_normalized: str | None) -> ClipScores:
        """A 24 kHz clip and what it should say; None where that is not known."""
        failures: dict[str, str] = {}
        if problem := audio_problem(wave):
            return ClipScores(None, None, None, {}, {"audio": problem})
        judges, asr, speaker = self.judges, self.judges.asr, self.judges.speaker
        transcript = self._ask(asr.name, failures, lambda: asr.transcribe_one(wave, self.language))
        errors = None
        if transcript is not None and text_normalized is not None:
            errors = self._ask(
                "words", failures, lambda: word_errors(text_normalized, transcript, self.language)
            )
        embedding = self._ask(speaker.name, failures, lambda: speaker.embed([wave])[0])
        if embedding is not None and not has_voice(embedding):
            embedding, failures[speaker.name] = None, "no voice in it"
        ratings = {}
        for rater in judges.raters:
            rating = self._ask(rater.name, failures, lambda rater=rater: rater.rate([wave])[0])  # type: ignore[misc]
            if rating is not None and math.isfinite(rating):
                ratings[rater.name] = rating
            elif rating is not None:
                failures[rater.name] = f"{rating} is no score"
        return ClipScores(transcript, errors, embedding, ratings, failures)

    def second_words(
        self, wave: Wave, text_normalized: str, failures: dict[str, str]
    ) -> tuple[str | None, WordErrors | None]:
        """What the second recogniser heard, and how wrong it is; None where there is none, or where
        it failed, which is told in `failures`."""
        asr = self.judges.second_asr
        if asr is None:
            return None, None
        heard = self._ask(asr.name, failures, lambda: asr.transcribe_one(wave, self.language))
        if heard is None:
            return None, None
        return heard, self._ask(
            "words", failures, lambda: word_errors(text_normalized, heard, self.language)
        )

    def words(self, wave: Wave, text_normalized: str) -> WordErrors | None:
        """By the recogniser alone; None where it fails, or the text has nothing to compare."""
        try:
            heard = self.judges.asr.transcribe_one(wave, self.language)
            return word_errors(text_normalized, heard, self.language)
        except Exception:
            return None

    def _ask(self, name: str, failures: dict[str, str], question: Callable[[], T]) -> T | None:
        if name in self._broken:
            failures[name] = self._broken[name]
            return None
        try:
            return question()
        except InputError as error:
            self._broken[name] = failures[name] = str(error)
        except Exception as error:  # whatever a model may throw at one clip
            failures[name] = str(error) if isinstance(error, Refused) else f"{error!r:.200}"
        return None


def audio_problem(wave: Wave) -> str | None:
    """Why a clip cannot be judged at all."""
    if not len(wave):
        return "no samples"
    if not np.isfinite(wave).all():
        return "samples that are not numbers"
    if len(wave) > MAX_CLIP_S * SAMPLE_RATE:
        return f"longer than {MAX_CLIP_S:g} s, not judged"
    return None


def own_and_other_similarity(
    embedding: Embedding | None, references: Mapping[str, Embedding], voice: str | None
) -> tuple[float | None, float | None]:
    """Cosine to the reference of `voice`, and the mean of those to all others; None: not known."""
    if embedding is None:
        return None, None
    others = [similarity(embedding, r) for name, r in references.items() if name != voice]
    if voice is None or voice not in references:
        return None, None
    own = similarity(embedding, references[voice])
    return own, float(np.mean(others)) if others else None
