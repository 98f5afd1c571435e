"""The configuration of a synth run: one block for each group of conf/, in the order of the flow."""

from typing import Annotated, Literal

from pydantic import Field

from pipelines.corpus.config import CorpusConfig
from pipelines.gate import GateConfig
from speech.config import Config
from teacher.base import AnyTeacher
from teacher.voices import VoicesConfig

MAX_SHARDS = 99_999
"""of which each is three files or four: as many as a folder or a bucket's listing should bear"""


class LicenseConfig(Config):
    """SPDX names; each row carries those of its teacher and voice."""

    allow: tuple[str, ...]


class DatasetConfig(Config):
    shards: Annotated[int, Field(ge=1, le=MAX_SHARDS)] | Literal["auto"]
    rows_per_shard: int = Field(ge=1)
    row_group_mb: int = Field(ge=1, le=100)
    keep_rejected_audio: bool


class DirectConfig(Config):
    """Beam's FnApiRunner on this machine, in this process."""

    kind: Literal["direct"]
    workers: int | None = Field(ge=1)
    threads: int = Field(ge=1)
    """Several wait for each other at every operation: with one other busy process on two cores that
    made the teacher ten times slower, while workers only share what is left."""


class DataflowConfig(Config):
    """Google Cloud Dataflow with one model for each worker's GPU."""

    kind: Literal["dataflow"]
    project: str
    region: str
    temp_location: str
    image: str
    machine_type: str
    accelerator: str
    accelerator_count: int = Field(ge=1)
    harness_threads: int = Field(ge=1)
    disk_size_gb: int = Field(ge=30)
    max_workers: int = Field(ge=1)
    job_name: str
    wait: bool
    template_location: str | None


class SynthConfig(Config):
    corpus: CorpusConfig
    teacher: AnyTeacher
    voices: VoicesConfig
    gate: GateConfig
    runner: Annotated[DirectConfig | DataflowConfig, Field(discriminator="kind")]
    license: LicenseConfig
    dataset: DatasetConfig
    output: str
    seed: int
    limit: int | None = Field(ge=1)
