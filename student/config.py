"""The configuration of a student and of its training."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from speech.config import Config
from speech.training.config import TrainingConfig

MOST_LAYERS = 100


class AcousticConfig(Config):
    """What every student has: phonemes in, mels out, in the voice of a vector."""

    dim: int = Field(ge=8)
    hidden_dim: int = Field(ge=8)
    """inside a block"""
    encoder_layers: int = Field(ge=1, le=MOST_LAYERS)
    duration_layers: int = Field(ge=1, le=MOST_LAYERS)
    condition_dim: int = Field(ge=1)
    """of what the speaker tells every block"""
    table_drop: float = Field(ge=0, le=1)
    """how often a clip is trained by its speaker's vector alone, so that a new voice can be tried"""


class NarConfig(AcousticConfig):
    """Non-autoregressive: prosody by frames, then all mels at once."""

    kind: Literal["nar"]
    prosody_layers: int = Field(ge=1, le=MOST_LAYERS)
    decoder_layers: int = Field(ge=1, le=MOST_LAYERS)


class ArConfig(AcousticConfig):
    """Autoregressive: mels some frames at a time, each drawn after those before it."""

    kind: Literal["ar"]
    decoder_layers: int = Field(ge=1, le=MOST_LAYERS)
    heads: int = Field(ge=1)
    reduction: int = Field(ge=1)
    """frames a step"""
    prenet_dim: int = Field(ge=1)
    prenet_dropout: float = Field(ge=0, lt=1)
    """when it speaks as well"""
    postnet_dim: int = Field(ge=1)
    sampling: bool
    """draw mels from a distribution; false: take its mean, and there is no KL"""
    kl_weight: float = Field(ge=0)
    kl_from: int = Field(ge=0)
    """the step from which the KL counts"""
    flux_weight: float = Field(ge=0)
    """of a reward for each frame's distance from the one before it"""
    stop: Literal["durations", "head"]
    """what ends a clip: the lengths of its phonemes, or a decision at each step"""

    @model_validator(mode="after")
    def _heads_are_of_pairs(self) -> "ArConfig":
        if self.dim % (2 * self.heads):
            raise ValueError(f"dim {self.dim} must be a multiple of twice {self.heads} heads")
        return self


StudentConfig = Annotated[NarConfig | ArConfig, Field(discriminator="kind")]


class ClipsConfig(Config):
    """Which clips are trained on; null asks nothing. A clip without the number asked for is out."""

    wer_max: float | None = Field(ge=0)
    similarity_min: float | None = Field(ge=-1, le=1)
    mos_min: float | None = Field(ge=1, le=5)
    speakers: tuple[str, ...] | None
    min_duration_s: float = Field(ge=0)
    max_duration_s: float = Field(gt=0)


class CriticConfig(Config):
    """A discriminator on mels, against over-smoothing."""

    channels: int = Field(ge=1)
    start: int | None = Field(ge=0)
    """the step from which it counts; null: never"""
    weight: float = Field(ge=0)
    feature_weight: float = Field(ge=0)


class TrainStudentConfig(Config):
    dataset: str
    """local or gs://, in the project's layout"""
    output: str
    student: StudentConfig
    name: str
    clips: ClipsConfig
    held_out_share: float = Field(ge=0, lt=1)
    """of the clips, chosen by their ids: never trained on, for the evaluation"""
    trust_known: bool
    """use the phoneme ends that the dataset knows; otherwise all clips are aligned by search"""
    vocoder: str
    """weights of a pulse vocoder: local, gs:// or package://"""
    init_from: str | None
    """weights to start from: model.safetensors of a student of this shape; null: from scratch"""
    critic: CriticConfig
    batch_frames: int = Field(ge=1)
    cache_mb: int = Field(ge=0)
    """of features in memory; beyond it, clips are decoded again"""
    training: TrainingConfig
