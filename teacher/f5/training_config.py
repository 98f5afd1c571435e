"""The configuration of a teacher's training."""

from typing import Annotated

from pydantic import Field

from speech.config import Config
from speech.training.config import TrainingConfig
from speech.vocoder.config import VocoderShape, VocoderTrainingConfig
from teacher.base import TARGETS
from teacher.f5.config import F5Config


class ClipFilter(Config):
    """Which clips are trained on."""

    min_duration_s: float = Field(ge=0)
    max_duration_s: float = Field(gt=0)


class TrainTeacherConfig(Config):
    dataset: str
    """local or gs://, in the project's layout"""
    output: str
    teacher: Annotated[F5Config, TARGETS]
    """architecture, frontend and vocabulary; its weights are not read unless `init_from` says so"""
    init_from: str | None
    """weights to start from, as .safetensors: local, gs:// or package://; null: from scratch"""
    clips: ClipFilter
    held_out_share: float = Field(gt=0, lt=1)
    """of the clips, chosen by their ids: never trained on, for the evaluation loss"""
    batch_frames: int = Field(ge=1)
    audio_drop: float = Field(ge=0, le=1)
    both_drop: float = Field(ge=0, le=1)
    cache_mb: int = Field(ge=0)
    """of decoded features in memory; beyond it, clips are decoded again"""
    training: TrainingConfig


class TrainVocoderConfig(VocoderTrainingConfig):
    dataset: str
    output: str
    vocoder: VocoderShape
