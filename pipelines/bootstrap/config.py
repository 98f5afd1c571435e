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
    """train/ and held_out/ below it are datasets in the project's layout"""
    sentences: str
    """a folder with WordNet's data.* files, or a .txt file of one sentence a line"""
    hours: HoursConfig
    held_out_hours: float = Field(gt=0)
    """over all speakers that are kept out of training"""
    seed: int
    workers: int = Field(ge=1)
