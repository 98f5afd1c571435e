"""The configuration of a report."""

from pydantic import Field, field_validator, model_validator

from speech.audio.watermark import AnyWatermark
from speech.config import Config
from speech.judges.judges import JudgesConfig, SecondJudgesConfig
from teacher.base import AnyTeacher
from teacher.voices import VoicesConfig


class GateConfig(Config):
    """Limits for the systems that are neither a teacher nor recordings, and for the dataset.

    A figure that is missing or NaN fails its limit. The estimate is compared, not its interval.
    """

    wer_max: float | None = Field(ge=0)
    cer_max: float | None = Field(ge=0)
    similarity_min: float | None = Field(ge=-1, le=1)
    mos_min: float | None = Field(ge=1, le=5)
    """of DistillMOS"""
    real_time_factor_max: float | None = Field(gt=0)
    bytes_max: int | None = Field(gt=0)
    failed_max: int | None = Field(ge=0)
    """sentences that a system did not say"""
    flagged_share_max: float | None = Field(ge=0, le=1)
    """of the dataset's clips that were heard"""
    accepted_share_min: float | None = Field(ge=0, le=1)
    """of the dataset's rows"""


class KindsConfig(Config):
    """Test sets beside the main one, each with rows of its own."""

    short: str | None
    """lines of one or two words"""
    long: str | None
    """paragraphs"""

    @property
    def lists(self) -> dict[str, str]:
        """Those that there are, by their kind."""
        return {kind: place for kind, place in self.model_dump().items() if place is not None}


class ReportConfig(Config):
    dataset: str | None
    systems: tuple[str, ...]
    testset: str
    kinds: KindsConfig | None
    language: str
    limit: int | None = Field(ge=1)
    """only the first lines of each test set"""
    again: int = Field(ge=0)
    """sentences that the first teacher says with another seed as well"""
    references: str | None
    """a manifest of voices (.jsonl), or a dataset whose speakers are the voices; null: those of the
    teachers among the systems, else f5_mini's"""
    teacher: AnyTeacher | None
    """measured before the systems, as it is configured here"""
    voices: VoicesConfig | None
    """that teacher's own"""
    held_out: str | None
    """a dataset, in whose speakers' voices the teachers are measured once more"""
    judges: JudgesConfig
    second: SecondJudgesConfig
    """judges beside those, by which no gate chooses"""
    watermark: AnyWatermark
    """looked for in the dataset's clips, and tried on those that have none"""
    listen: int | None = Field(ge=1)
    """clips of the dataset to hear again; null for all"""
    play: int = Field(ge=1)
    """sentences on the page: the worst, the best, and some at random"""
    show: int = Field(ge=1)
    """clips of the dataset on the page, of each kind"""
    gate: GateConfig
    card: str | None
    """a Markdown file, whose text between the lines of `eval.report.card` is replaced"""
    threads: int = Field(ge=1)
    """of the CPU, for systems and judges alike, as in a worker of make synth"""
    output: str
    name: str = Field(pattern="^[a-z_]+$")
    """of the page and of the JSON"""
    seed: int
    """sentence i is spoken with seed + i"""

    @field_validator("systems")
    @classmethod
    def _each_is_named_once(cls, systems: tuple[str, ...]) -> tuple[str, ...]:
        for specification in systems:
            if systems.count(specification) > 1:
                raise ValueError(f"{specification!r} is named twice; each system is measured once")
        return systems

    @model_validator(mode="after")
    def _something_is_asked_and_heard(self) -> "ReportConfig":
        if not self.speaks and self.dataset is None:
            raise ValueError(
                "give systems=[teacher:f5_mini,student:FOLDER,audio:FOLDER] or dataset=FOLDER"
            )
        if self.language not in self.judges.asr.languages:
            raise ValueError(f"language must be one of {', '.join(self.judges.asr.languages)}")
        second = self.second.asr
        if second is not None and self.language not in second.languages:
            allowed = ", ".join(second.languages)
            raise ValueError(f"second.asr hears {allowed}: say second.asr=null for {self.language}")
        return self

    @property
    def speaks(self) -> bool:
        """Whether anything is to say the test set."""
        return bool(self.systems) or self.teacher is not None

    @property
    def lists(self) -> dict[str, str]:
        """Test sets by kind, beside `testset`."""
        return {} if self.kinds is None else self.kinds.lists
