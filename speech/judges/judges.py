"""The judges that the gate and the report share; a name and a revision stand beside every number."""

from collections.abc import Sequence
from typing import Protocol

from speech.audio.waveform import Wave
from speech.config import Config
from speech.judges.asr import Asr, AsrConfig
from speech.judges.distillmos import Mos
from speech.judges.dnsmos import DnsMos
from speech.judges.hub import Device
from speech.judges.p808 import P808Mos
from speech.judges.second_asr import SecondAsrConfig
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

    @property
    def devices(self) -> dict[str, Device]:
        """Of those that may run on a GPU, by their key."""
        judges = {"asr": self.asr, "speaker": self.speaker, "utmos": self.utmos}
        return {key: judge.device for key, judge in judges.items() if judge is not None}

    def with_threads(self, count: int) -> "JudgesConfig":
        """The ASR with as many of the CPU; the others have torch's."""
        asr = self.asr.model_copy(update={"cpu_threads": count})
        return self.model_copy(update={"asr": asr})

    def on_any_machine(self) -> "JudgesConfig":
        """The same judges, as every machine can run them: what they say does not depend on it."""
        judges = {"asr": self.asr, "speaker": self.speaker, "utmos": self.utmos}
        plain = {
            key: judge.model_copy(update=dict(judge.any_machine))
            for key, judge in judges.items()
            if judge is not None
        }
        return self.model_copy(update=plain)


class SecondJudgesConfig(Config):
    """Judges of reports that no gate has: what chooses clips is not what measures them."""

    asr: SecondAsrConfig | None
    mos: bool
    """DNSMOS P.808"""

    def with_threads(self, count: int) -> "SecondJudgesConfig":
        """The ASR with as many of the CPU."""
        if self.asr is None:
            return self
        return self.model_copy(update={"asr": self.asr.model_copy(update={"cpu_threads": count})})


class Judges:
    """An ASR, a judge of voices and, where wanted, predictors of mean opinion scores.

    Each is asked for a clip at a time: rounding in a batch depends on the others in it, and a clip's
    numbers must not. (Resemblyzer's embeddings of 27 windows differ by up to 2e-7 from those of 4 and
    less; DistillMOS takes 1.3 times as long for clips in a batch.) What may be faster is `callers`
    threads that ask at a time.
    """

    def __init__(
        self, config: JudgesConfig, callers: int = 1, second: SecondJudgesConfig | None = None
    ) -> None:
        self.asr = Asr(config.asr, callers)
        self.second_asr = Asr(second.asr) if second and second.asr else None
        wavlm = WavLmSpeaker(config.speaker) if config.speaker else None
        utmos = Utmos(config.utmos) if config.utmos else None
        self.speaker: SpeakerJudge = wavlm or SpeakerEncoder()
        choosing: list[Rater] = [
            *([Mos()] if config.mos else []),
            *([utmos] if utmos else []),
            *([DnsMos()] if config.dnsmos else []),
        ]
        self.raters: list[Rater] = [*choosing, *([P808Mos()] if second and second.mos else [])]
        self.mos = next(iter(choosing), None)
        """the first of those that may choose: its scores decide at the gate, and are a dataset's"""
        self._from_outside = [judge for judge in (self.asr, self.second_asr, wavlm, utmos) if judge]

    def fetch(self) -> None:
        """Have what a hub or a folder gives, and check it, before anything is spent.

        Raises:
            InputError: something cannot be had.
        """
        for judge in self._from_outside:
            judge.fetch()

    @property
    def revisions(self) -> dict[str, str]:
        second = [self.second_asr] if self.second_asr else []
        judges: list[Judge] = [self.asr, *second, self.speaker, *self.raters]
        return {judge.name: judge.revision for judge in judges}
