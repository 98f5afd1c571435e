"""Which clips enter the dataset: sanity of the audio first, then its words, its voice, its quality."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from pydantic import Field, model_validator

from pipelines.verdict import Candidate, RankBy, Verdict
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import clipped_share, longest_pause_s, quantize, rms_db
from speech.config import Config
from speech.errors import InputError, Refused, in_one_line
from speech.judges.judges import Judges, JudgesConfig
from speech.judges.speaker import WINDOW_S, Embedding, similarity
from speech.judges.wer import ErrorRates, is_misread, phoneme_error_rate, score
from speech.reasons import Reason
from speech.stopwatch import Stopwatch
from speech.text.normalize import normalize
from speech.text.phonemes import phonemize
from teacher.voices import Voice

PAUSE_BELOW_DB = 40.0
"""under the clip's own level"""
NOTHING_HEARD = 1.0
"""WER of a known clip, from which on its ASR is broken"""


class RateRange(Config):
    """Characters of normalised text per second."""

    min: float = Field(gt=0)
    max: float = Field(gt=0)


class GateConfig(Config):
    """A clip outside any of these limits is rejected; so is one whose number is NaN."""

    attempts: int = Field(ge=1)
    candidates: int = Field(ge=1)
    rank: RankBy
    """by which the best of an attempt's candidates is chosen, among those that are accepted"""
    min_rms_db: float
    max_clipped_share: float = Field(ge=0)
    speaking_rate: dict[str, RateRange]
    """by language"""
    edge_s: float = Field(ge=0)
    max_pause_s: float = Field(gt=0)
    wer_max: float = Field(ge=0)
    cer_max: float | None = Field(ge=0)
    similarity_min: float = Field(ge=-1, le=1)
    similarity_min_short: float = Field(ge=-1, le=1)
    """The encoder pads what is shorter than its window with silence."""
    mos_min: float | None = Field(ge=1, le=5)
    judges: JudgesConfig

    @model_validator(mode="after")
    def _limits_can_be_judged(self) -> "GateConfig":
        if self.mos_min is not None and not self.judges.rates:
            raise ValueError("mos_min needs judges.mos=true")
        if self.rank == "mos" and not self.judges.rates:
            raise ValueError("rank=mos needs judges.mos=true")
        if self.rank == "mos" and self.candidates == 1:
            raise ValueError("rank=mos needs candidates to choose among, candidates=4 for one")
        unbounded = sorted(set(self.judges.asr.languages) - self.speaking_rate.keys())
        if unbounded:
            raise ValueError(f"speaking_rate lacks {', '.join(unbounded)}")
        return self


class Gate:
    """Judges clips against the voices they should have; equal clips get equal verdicts."""

    def __init__(
        self,
        config: GateConfig,
        judges: Judges,
        voices: Mapping[str, Voice],
        watch: Stopwatch | None = None,
    ) -> None:
        self.config = config
        self.judges = judges
        self.voices = voices
        self.watch = watch or Stopwatch()
        self._references: dict[str, Embedding] = {}

    def judge(self, candidates: Sequence[Candidate]) -> list[Verdict]:
        """One verdict a clip; a clip that fails one stage costs none of the later ones.

        Raises:
            InputError: a judge's weights are missing or not the pinned ones, or it fails on
                everything.
        """
        verdicts = [self._run("audio", self._check_audio, clip, Verdict()) for clip in candidates]
        # the judges hear what the dataset will hold, so that its files give the stored numbers
        clips = [
            replace(clip, wave=quantize(clip.wave)) if verdict.reason is None else clip
            for clip, verdict in zip(candidates, verdicts, strict=True)
        ]
        for name, stage in self._stages:
            with self.watch(name):
                for i, clip in enumerate(clips):
                    if verdicts[i].reason is None:
                        verdicts[i] = self._run(name, stage, clip, verdicts[i])
        return verdicts

    def open(self) -> None:
        """Load every judge, by having it hear a reference voice, which is known to be good.

        Raises:
            InputError: a judge that fails on that, and so on everything, or makes nothing of it.
        """
        for name, stage in self._stages:
            found = self._prove(name, stage)
            for what, limit in (
                ("wer", NOTHING_HEARD),
                ("similarity", math.inf),
                ("mos", math.inf),
            ):
                value = getattr(found, what)
                if value is not None and not value < limit:
                    raise InputError(
                        f"the judge {name!r} makes nothing of the reference of the voice "
                        f"{self._known.voice}: {what} {value:.2f}, heard {found.transcript!r:.60}"
                    )

    def prove(self) -> None:
        """Have every judge hear that reference again.

        Raises:
            InputError: a judge that fails on that, and so on everything.
        """
        for name, stage in self._stages:
            self._prove(name, stage)

    @property
    def _stages(self) -> "list[tuple[str, Stage]]":
        return [
            ("asr", self._check_words),
            ("similarity", self._check_voice),
            ("mos", self._check_quality),
        ]

    def _run(self, name: str, stage: "Stage", clip: Candidate, verdict: Verdict) -> Verdict:
        """One clip that breaks a judge is rejected, once the judge is seen to work otherwise."""
        try:
            return stage(clip, verdict)
        except InputError:
            raise
        except Exception as error:
            self._prove(name, stage)
            detail = f"{name}: {in_one_line(error)}"
            return replace(verdict, reason=Reason.JUDGE_ERROR, detail=detail)

    def _prove(self, name: str, stage: "Stage") -> Verdict:
        try:
            return stage(self._known, Verdict(duration_s=len(self._known.wave) / SAMPLE_RATE))
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                f"the judge {name!r} fails on everything, even on the reference of the voice "
                f"{self._known.voice}: {in_one_line(error)}"
            ) from error

    @cached_property
    def _known(self) -> Candidate:
        """The first reference, as a clip of its own voice."""
        voice = next(iter(self.voices.values()))
        said = voice.transcript
        return Candidate(voice.wave, said, said, voice.language, voice.id)

    def _check_audio(self, clip: Candidate, verdict: Verdict) -> Verdict:
        reason, detail = self._fault(clip)
        duration_s = len(clip.wave) / SAMPLE_RATE
        rate = len(clip.text_normalized) / duration_s if duration_s else None
        return replace(
            verdict, reason=reason, detail=detail, duration_s=duration_s, speaking_rate=rate
        )

    def _fault(self, clip: Candidate) -> tuple[Reason | None, str]:
        """The first reason to reject the audio as such, with the numbers."""
        config, wave = self.config, clip.wave
        rates, characters = config.speaking_rate[clip.language], len(clip.text_normalized)
        if not np.isfinite(wave).all():
            return Reason.NAN, "samples that are not numbers"
        duration_s, level_db, share = len(wave) / SAMPLE_RATE, rms_db(wave), clipped_share(wave)
        if level_db < config.min_rms_db:
            return Reason.SILENT, f"{level_db:.0f} dB, allowed from {config.min_rms_db:g}"
        if share > config.max_clipped_share:
            return Reason.CLIPPED, f"{share:.2%} of samples, allowed {config.max_clipped_share:.2%}"
        if duration_s < characters / rates.max:
            return Reason.TOO_SHORT, f"{duration_s:.2f} s for {characters} characters"
        if duration_s > characters / rates.min + config.edge_s:
            return Reason.TOO_LONG, f"{duration_s:.2f} s for {characters} characters"
        pause_s = longest_pause_s(wave, SAMPLE_RATE, level_db - PAUSE_BELOW_DB)
        if pause_s > config.max_pause_s:
            return Reason.PAUSE, f"{pause_s:.2f} s, allowed {config.max_pause_s:g}"
        return None, ""

    def _check_words(self, clip: Candidate, verdict: Verdict) -> Verdict:
        heard = self.judges.asr.transcribe_one(clip.wave, clip.language)
        rates = _error_rates(clip, heard)
        verdict = replace(verdict, transcript=heard, wer=rates.wer, cer=rates.cer)
        if not rates.wer <= self.config.wer_max and not self._sounds_right(clip, heard):
            detail = f"WER {rates.wer:.2f}, allowed {self.config.wer_max:g}"
            return replace(verdict, reason=Reason.WER, detail=detail)
        if self.config.cer_max is not None and not rates.cer <= self.config.cer_max:
            detail = f"CER {rates.cer:.2f}, allowed {self.config.cer_max:g}"
            return replace(verdict, reason=Reason.CER, detail=detail)
        if not clip.has_own_words and is_misread(
            clip.text, clip.text_normalized, heard, clip.language
        ):
            detail = f"said as {clip.text_normalized!r:.100}, which is not how it is written"
            return replace(verdict, reason=Reason.MISREAD, detail=detail)
        return verdict

    def _sounds_right(self, clip: Candidate, heard: str) -> bool:
        """Whether what was heard sounds as the user says that it should: no ASR knows how their own
        words are spelled."""
        if clip.phonemes is None or not heard:
            return False
        try:
            sounds = phonemize(normalize(heard, clip.language), clip.language)
        except Refused:
            return False
        return phoneme_error_rate(clip.phonemes, sounds) <= self.config.wer_max

    def _check_voice(self, clip: Candidate, verdict: Verdict) -> Verdict:
        heard = self.judges.speaker.embed([clip.wave])[0]
        near = similarity(heard, self._reference(clip.voice))
        short = verdict.duration_s < WINDOW_S
        minimum = self.config.similarity_min_short if short else self.config.similarity_min
        verdict = replace(verdict, similarity=near)
        if not near >= minimum:
            detail = f"similarity {near:.2f}, allowed from {minimum:g}"
            return replace(verdict, reason=Reason.SPEAKER, detail=detail)
        return verdict

    def _check_quality(self, clip: Candidate, verdict: Verdict) -> Verdict:
        if self.judges.mos is None:
            return verdict
        mos, minimum = self.judges.mos.rate([clip.wave])[0], self.config.mos_min
        verdict = replace(verdict, mos=mos)
        if minimum is not None and not mos >= minimum:
            return replace(
                verdict, reason=Reason.MOS, detail=f"{mos:.2f}, allowed from {minimum:g}"
            )
        return verdict

    def _reference(self, voice: str) -> Embedding:
        if voice not in self._references:
            self._references[voice] = self.judges.speaker.embed([self.voices[voice].wave])[0]
        return self._references[voice]


def _error_rates(clip: Candidate, heard: str) -> ErrorRates:
    """Against the text as it is written; of a respelled one, as it is spelled, if that fits better."""
    rates = score(clip.text, heard, clip.language, clip.text_normalized)
    if not clip.is_respelled:
        return rates
    spelled = score(clip.text_normalized, heard, clip.language)
    return min(rates, spelled, key=lambda found: found.wer)


Stage = Callable[[Candidate, Verdict], Verdict]
