"""The configuration of a bootstrap corpus: a synth run, and what is said in it."""

from pydantic import Field

from pipelines.config import SynthConfig
from speech.config import Config


class HoursConfig(Config):
    """Hours of speech for training, by the engine that speaks them."""

    hibari: float = Field(gt=0)
    piper: float = Field(gt=0)
    kokoro: float = Field(gt=0)


class BootstrapConfig(SynthConfig):
    """`output` gets train/ and held_out/, each a dataset of this configuration over a corpus of its
    own; `corpus.paths` and `voices.include` are theirs."""

    sentences: str
    hours: HoursConfig
    held_out_hours: float = Field(gt=0)
