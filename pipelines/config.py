"""The configuration of a synth run: one block for each group of conf/, in the order of the flow."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pipelines.corpus.config import CorpusConfig
from pipelines.gate import GateConfig
from pipelines.runners.base import AnyRunner
from speech.audio.watermark import AnyWatermark
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
    rows_per_unit: Annotated[int, Field(ge=1)] | Literal["auto"]
    row_group_mb: int = Field(ge=1, le=100)
    keep_rejected_audio: bool
    keep_mels: bool

    any_machine: ClassVar[Mapping[str, Any]] = {"rows_per_unit": "auto"}
    """keys that do not show in a dataset, each with a value that serves to mend one"""


class SynthConfig(Config):
    corpus: CorpusConfig
    teacher: AnyTeacher
    voices: VoicesConfig
    gate: GateConfig
    watermark: AnyWatermark
    runner: AnyRunner
    license: LicenseConfig
    dataset: DatasetConfig
    output: str
    mode: Literal["new", "extend"]
    seed: int
    limit: int | None = Field(ge=1)
