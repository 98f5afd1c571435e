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
    """SPDX names of weights and voices that this run may use; each row carries them."""

    allow: tuple[str, ...]


class DatasetConfig(Config):
    shards: Annotated[int, Field(ge=1, le=MAX_SHARDS)] | Literal["auto"] = "auto"
    """auto: one for every `rows_per_shard` lines, or parts of long ones, but a handful at least"""
    rows_per_shard: int = Field(512, ge=1)
    row_group_mb: int = Field(64, ge=1, le=100)
    keep_rejected_audio: bool = False


class DirectConfig(Config):
    """Beam's FnApiRunner on this machine, in this process."""

    kind: Literal["direct"]
    workers: int | None = Field(None, ge=1)
    """shards made at a time, each with models of its own; null: one a core, 4 at most, 1 on a GPU"""
    threads: int = Field(1, ge=1)
    """of each worker. Several wait for each other at every operation: with one other busy process
    on two cores that made the teacher ten times slower, while workers only share what is left"""


class DataflowConfig(Config):
    """Google Cloud Dataflow with one model for each worker's GPU."""

    kind: Literal["dataflow"]
    project: str
    region: str
    temp_location: str
    image: str
    machine_type: str
    accelerator: str
    accelerator_count: int = Field(1, ge=1)
    harness_threads: int = Field(1, ge=1)
    disk_size_gb: int = Field(100, ge=30)
    max_workers: int = Field(4, ge=1)
    job_name: str
    wait: bool = True
    """false: submit and return; run again later to write the manifest"""
    template_location: str | None = None
    """write the job's JSON there instead of submitting it"""


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
    limit: int | None = Field(None, ge=1)
