"""The configuration of the autoregressive students: what a step says, and how it is chosen."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from speech.config import Config
from student.models.acoustic import MOST_LAYERS, AcousticConfig

MOST_LEVELS = 16
"""that four bits hold"""


class DmelConfig(Config):
    """Each band of each frame as one of some levels: dMel (arXiv 2407.15835)."""

    levels: int = Field(ge=2, le=MOST_LEVELS)
    edges: Literal["global", "band"]
    """whether levels are spread over what all bands of the training data hold, or each its own"""
    temperature: float = Field(gt=0)
    """of what is drawn; below 1 it keeps to what is likely"""
    top_p: float = Field(gt=0, le=1)
    """a level is drawn from the most probable ones that have this share together"""
    repetition_window: int = Field(ge=1)
    """steps; see `repetition_share`"""
    repetition_share: float = Field(ge=0, le=1)
    """of the levels in the window: a step that repeats more is drawn again from all levels, at
    temperature 1"""
    replaced: float = Field(ge=0, le=1)
    """share of the levels before a step that are any others in training"""
    moved: float = Field(ge=0, le=1)
    """share of them that are one higher or lower"""


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
    stop: Literal["durations", "head"]
    """what ends a clip: the lengths of its phonemes, or a decision at each step"""
    tokens: Literal["continuous", "dmel"]
    """what a step says: mels as they are, or each band's level"""
    sampling: bool
    """of continuous mels: draw them from a distribution; false: take its mean, and there is no KL"""
    kl_weight: float = Field(ge=0)
    kl_from: int = Field(ge=0)
    """the step from which the KL counts"""
    flux_weight: float = Field(ge=0)
    """of a reward for each frame's distance from the one before it"""
    dmel: DmelConfig | None
    """of tokens=dmel"""

    @model_validator(mode="before")
    @classmethod
    def _older_packages_are_continuous(cls, values: Any) -> Any:
        """They were written when there was nothing else."""
        if isinstance(values, Mapping) and not values.keys() & {"tokens", "dmel"}:
            return {**values, "tokens": "continuous", "dmel": None}
        return values

    @model_validator(mode="after")
    def _heads_are_of_pairs(self) -> "ArConfig":
        if self.dim % (2 * self.heads):
            raise ValueError(f"dim {self.dim} must be a multiple of twice {self.heads} heads")
        return self

    @model_validator(mode="after")
    def _dmel_has_its_values(self) -> "ArConfig":
        if self.tokens == "dmel" and self.dmel is None:
            raise ValueError("tokens=dmel needs the values of dmel, which are null")
        return self
