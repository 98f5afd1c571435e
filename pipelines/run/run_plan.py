"""What a run is made of: what is to be done, and what its output is tied to."""

from dataclasses import dataclass
from typing import Any

from pipelines.config import SynthConfig
from pipelines.text.utterances import CorpusPlan
from speech.dataset.layout import Part, shard_part


@dataclass(frozen=True)
class RunPlan:
    """A checked run (`pipelines.run.preparation`)."""

    config: SynthConfig
    corpus: CorpusPlan
    identity: dict[str, Any]
    todo: tuple[int, ...]
    voice_licenses: dict[str, str]
    tag: str = ""
    """the name of the run within its dataset: empty for the first, e001 for an extension"""
    earlier: tuple[Part, ...] = ()
    """shards whose rows were there before it, where it extends a dataset"""

    def shard(self, index: int) -> Part:
        return shard_part(index, self.corpus.shards, self.tag)
