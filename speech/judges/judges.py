"""The judges that the gate and the report share; a name and a revision stand beside every number."""

from collections.abc import Sequence
from typing import Protocol

from speech.audio.waveform import Wave
from speech.config import Config
from speech.judges.asr import Asr, AsrConfig
from speech.judges.distillmos import Mos
from speech.judges.dnsmos import DnsMos
from speech.judges.speaker import Embedding, SpeakerEncoder
from speech.judges.utmos import Utmos, UtmosConfig
from speech.judges.wavlm import WavLmConfig, WavLmSpeaker


class Judge(Protocol):
    """Something that gives numbers to clips; its weights are pinned, and loaded at first use."""

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str:
        """Package and version, and the start of the weights' SHA-256 or of their commit."""
        ...


class SpeakerJudge(Judge, Protocol):
    """Knows voices: the dot product of two embeddings is their similarity."""

    def embed(self, waves: Sequence[Wave]) -> list[Embedding]:
        """24 kHz waves -> embeddings of length 1, NaN where there is no voice."""
        ...


class Rater(Judge, Protocol):
    """Gives mean opinion scores, from 1 to 5."""

    @property
    def title(self) -> str:
        """Of its column."""
        ...

    def rate(self, waves: Sequence[Wave]) -> list[float]:
        """24 kHz waves -> scores."""
        ...


class JudgesConfig(Config):
    """conf/judges has one for machines without a network, and one with larger judges of the hub."""

    asr: AsrConfig
    speaker: WavLmConfig | None
    mos: bool
    utmos: UtmosConfig | None
    dnsmos: bool

    @property
    def rates(self) -> bool:
        """Whether clips are rated at all."""
        return self.mos or self.utmos is not None or self.dnsmos


class Judges:
    """An ASR, a judge of voices and, where wanted, predictors of mean opinion scores."""

    def __init__(self, config: JudgesConfig) -> None:
        self.asr = Asr(config.asr)
        wavlm = WavLmSpeaker(config.speaker) if config.speaker else None
        utmos = Utmos(config.utmos) if config.utmos else None
        self.speaker: SpeakerJudge = wavlm or SpeakerEncoder()
        self.raters: list[Rater] = [
            *([Mos()] if config.mos else []),
            *([utmos] if utmos else []),
            *([DnsMos()] if config.dnsmos else []),
        ]
        self._from_outside = [judge for judge in (self.asr, wavlm, utmos) if judge]

    def fetch(self) -> None:
        """Have what a hub or a folder gives, and check it, before anything is spent.

        Raises:
            InputError: something cannot be had.
        """
        for judge in self._from_outside:
            judge.fetch()

    @property
    def mos(self) -> Rater | None:
        """The first of the raters, whose scores decide at the gate and are a dataset's `mos`."""
        return next(iter(self.raters), None)

    @property
    def revisions(self) -> dict[str, str]:
        judges: list[Judge] = [self.asr, self.speaker, *self.raters]
        return {judge.name: judge.revision for judge in judges}
