"""Judges without models: quick, deterministic, and failing where they are told to."""

from collections.abc import Sequence
from itertools import cycle

import numpy as np

from speech.audio.waveform import Wave
from speech.judges.speaker import EMBEDDING_SIZE, Embedding


class FakeAsr:
    """Hears its transcripts in turn, again and again."""

    name, revision = "fake-asr", "1"

    def __init__(self, *hears: str) -> None:
        self.hears = cycle(hears)

    def transcribe_one(self, wave: Wave, language: str) -> str:
        if len(wave) == BREAKS:
            raise RuntimeError("<b>the recogniser broke</b>")
        return next(self.hears)

    def log_likelihoods(self, wave: Wave, language: str, texts: Sequence[str]) -> list[float]:
        return [-float(len(text)) for text in texts]


class SecondFakeAsr(FakeAsr):
    name = "second-fake-asr"


class FakeSpeaker:
    """The embedding is a direction that the clip's level decides, NaN in silence."""

    name, revision = "fake-speaker", "1"

    def embed(self, waves: Sequence[Wave]) -> list[Embedding]:
        found = []
        for wave in waves:
            vector = np.zeros(EMBEDDING_SIZE, np.float32)
            angle = float(np.abs(wave).max(initial=0))
            vector[:2] = np.cos(angle), np.sin(angle)
            found.append(vector if angle > 1e-3 else np.full_like(vector, np.nan))
        return found


class FakeMos:
    name, revision, title = "distillmos", "1", "DistillMOS"

    def rate(self, waves: Sequence[Wave]) -> list[float]:
        return [3.0 + 0.001 * (len(wave) % 100) for wave in waves]


class FakeJudges:
    """In the place of `speech.judges.judges.Judges`."""

    def __init__(self, *hears: str, second: str | None = None) -> None:
        """`second`: what another recogniser hears; None for none."""
        self.asr = FakeAsr(*hears or ["hello world"])
        self.speaker, self.mos = FakeSpeaker(), FakeMos()
        self.second_asr = None if second is None else SecondFakeAsr(second)

    @property
    def raters(self) -> list[FakeMos]:
        return [self.mos]

    @property
    def revisions(self) -> dict[str, str]:
        second = [self.second_asr] if self.second_asr else []
        judges = (self.asr, *second, self.speaker, self.mos)
        return {judge.name: judge.revision for judge in judges}


BREAKS = 24_001
"""samples of a clip on which the recogniser fails"""
