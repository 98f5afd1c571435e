"""How a pulse vocoder is trained."""

from typing import Annotated

from pydantic import Field, model_validator

from speech.audio.mel import HOP_LENGTH
from speech.config import Config
from speech.training.config import DatasetTrainingConfig

SHORTEST_WINDOW = 64
"""of which each of the discriminator's bands has frequencies enough"""


class VocoderShape(Config):
    dim: int = Field(ge=1)
    intermediate_dim: int = Field(ge=1)
    layers: int = Field(ge=1)
    residual: bool
    """a third part beside pulses and noise, of free magnitude and phase"""


class DiscriminatorsConfig(Config):
    windows: tuple[Annotated[int, Field(ge=SHORTEST_WINDOW)], ...] = Field(min_length=1)
    """one discriminator for each STFT window, in samples"""
    periods: tuple[Annotated[int, Field(ge=1)], ...]
    """and one for each period, in samples"""
    channels: int = Field(ge=1)


class VocoderWeights(Config):
    """Of the losses in the generator's total."""

    mel: float = Field(ge=0)
    stft: float = Field(ge=0)
    pitch: float = Field(ge=0)
    adversarial: float = Field(ge=0)
    features: float = Field(ge=0)


class VocoderTrainingConfig(DatasetTrainingConfig):
    discriminators: DiscriminatorsConfig
    adversarial_from: int | None = Field(ge=0)
    """the step from which the discriminators train and count; null: never"""
    weights: VocoderWeights
    segment_frames: int = Field(ge=16)
    batch_size: int = Field(ge=1)

    @model_validator(mode="after")
    def _discriminators_fit(self) -> "VocoderTrainingConfig":
        samples = (self.segment_frames - 1) * HOP_LENGTH
        for name in ("windows", "periods"):
            longest = max(getattr(self.discriminators, name), default=0)
            if longest >= samples:
                raise ValueError(
                    f"discriminators.{name} of {longest} samples, and segments have {samples}; "
                    "allowed: shorter ones, or a longer segment_frames"
                )
        return self
