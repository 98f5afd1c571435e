"""The configuration of `make plan`: that of the run, how it is estimated, and what things cost."""

from pydantic import Field

from pipelines.config import SynthConfig
from pipelines.planning.prices import PricesConfig
from speech.config import Config


class PlanOptions(Config):
    sample: int = Field(ge=200)
    """lines; a corpus of no more is read as a whole"""
    pilot: int = Field(ge=0)
    """utterances of the sample that are spoken and judged"""
    workers: int = Field(ge=1)
    times_real_time: float | None = Field(gt=0)
    """seconds of audio made in a second, of every profile that has no figure of its own"""
    profiles: tuple[str, ...]
    storage_class: str
    bucket_region: str | None
    corpus_region: str | None


class SpeedEstimate(Config):
    times_real_time: float = Field(gt=0)
    source: str


class ThroughputConfig(Config):
    """What a teacher may reach on accelerators that are not at hand: estimates, and no more."""

    teacher: str
    steps: int = Field(ge=1)
    """NFE of the figures; a step fewer is that much faster"""
    accelerators: dict[str, SpeedEstimate]


class PlanConfig(SynthConfig):
    plan: PlanOptions
    prices: PricesConfig
    throughput: ThroughputConfig
