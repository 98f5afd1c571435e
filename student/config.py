"""The configuration of a student's training."""

from pydantic import Field

from speech.config import Config
from speech.training.config import DatasetTrainingConfig
from student.kinds import StudentConfig


class DiscriminatorConfig(Config):
    """A discriminator on mels, against over-smoothing."""

    channels: int = Field(ge=1)
    start: int | None = Field(ge=0)
    """the step from which it counts; null: never"""
    weight: float = Field(ge=0)
    feature_weight: float = Field(ge=0)


class TrainStudentConfig(DatasetTrainingConfig):
    student: StudentConfig
    name: str
    held_out_share: float = Field(ge=0, lt=1)
    """of the clips, chosen by their ids: never trained on, for the evaluation"""
    trust_known: bool
    """use the phoneme ends that the dataset knows; otherwise all clips are aligned by search"""
    vocoder: str
    """weights of a pulse vocoder: local, gs:// or package://"""
    init_from: str | None
    """weights to start from: student.safetensors of a student of this shape; null: from scratch"""
    discriminator: DiscriminatorConfig = Field(serialization_alias="critic")
    """checkpoints know it by its former name"""
    batch_frames: int = Field(ge=1)
