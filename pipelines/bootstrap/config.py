"""The configuration of a bootstrap corpus."""

from pydantic import Field

from speech.config import Config


class HoursConfig(Config):
    """Hours of speech for training, by the engine that speaks them."""

    hibari: float = Field(gt=0)
    piper: float = Field(gt=0)
    kokoro: float = Field(gt=0)


class BootstrapConfig(Config):
    output: str
    sentences: str
    hours: HoursConfig
    held_out_hours: float = Field(gt=0)
    seed: int
    workers: int = Field(ge=1)
