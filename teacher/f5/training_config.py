"""The configuration of a teacher's training."""

from typing import Annotated

from pydantic import Field

from speech.training.config import DatasetTrainingConfig
from teacher.base import TARGETS
from teacher.f5.config import F5Config


class TrainTeacherConfig(DatasetTrainingConfig):
    teacher: Annotated[F5Config, TARGETS]
    """architecture, frontend and vocabulary; its weights are not read unless `init_from` says so"""
    init_from: str | None
    """weights to start from, as .safetensors: local, gs:// or package://; null: from scratch"""
    held_out_share: float = Field(gt=0, lt=1)
    """of the clips, chosen by their ids: never trained on, for the evaluation loss"""
    batch_frames: int = Field(ge=1)
    audio_drop: float = Field(ge=0, le=1)
    both_drop: float = Field(ge=0, le=1)
    contour_drop: float = Field(ge=0, le=1)
