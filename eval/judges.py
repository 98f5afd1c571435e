"""The judges that the gate and the report share; a name and a revision stand beside every number."""

from typing import Protocol

from eval.asr import Asr, AsrConfig
from eval.mos import Mos
from speech.config import Config
from speech.speaker import SpeakerEncoder


class Judge(Protocol):
    """Something that gives numbers to clips; its weights are hashed, and loaded at first use."""

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str:
        """Package and version, and the start of the weights' SHA-256."""
        ...


class JudgesConfig(Config):
    asr: AsrConfig = AsrConfig()
    mos: bool = False
    """also rate clips with DistillMOS"""


class Judges:
    """An ASR, a speaker encoder and, where wanted, a MOS predictor."""

    def __init__(self, config: JudgesConfig) -> None:
        self.asr = Asr(config.asr)
        self.speaker = SpeakerEncoder()
        self.mos = Mos() if config.mos else None

    @property
    def raters(self) -> list[Mos]:
        """The judges that give mean opinion scores."""
        return [self.mos] if self.mos else []

    @property
    def revisions(self) -> dict[str, str]:
        judges: list[Judge] = [self.asr, self.speaker, *self.raters]
        return {judge.name: judge.revision for judge in judges}
