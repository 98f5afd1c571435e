"""Blocks of conf/teacher/f5_base.yaml, with some values in place of its own."""

from functools import cache
from typing import Any

from speech.config import load_config
from teacher.f5.config import ArchitectureConfig, F5Config, SamplerConfig
from teacher.f5.training_config import TrainTeacherConfig


@cache
def _stated() -> F5Config:
    return load_config(TrainTeacherConfig, "train_teacher", ["teacher=f5_base"]).teacher


def architecture(**changes: Any) -> ArchitectureConfig:
    return ArchitectureConfig(**{**_stated().architecture.model_dump(), **changes})


def sampler(**changes: Any) -> SamplerConfig:
    return SamplerConfig(**{**_stated().sampler.model_dump(), **changes})
