"""The configuration of a teacher's measurement."""

from pydantic import Field, model_validator

from speech.config import Config
from speech.judges.judges import JudgesConfig
from teacher.base import AnyTeacher
from teacher.voices import VoicesConfig


class MeasureConfig(Config):
    teacher: AnyTeacher
    voices: VoicesConfig
    judges: JudgesConfig
    testset: str
    """sentences, one a line"""
    language: str
    limit: int | None = Field(None, ge=1)
    """only the first sentences of the test set"""
    held_out: str | None
    """a dataset in the project's layout, whose speakers are a second bank"""
    card: str | None
    """a Markdown file, whose text between the lines of `eval.teacher_card` is replaced"""
    output: str
    seed: int

    @model_validator(mode="after")
    def _language_is_spoken_and_heard(self) -> "MeasureConfig":
        both = [name for name in self.teacher.languages if name in self.judges.asr.languages]
        if self.language not in both:
            raise ValueError(f"language must be one of {', '.join(both)}")
        return self
