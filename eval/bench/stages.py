"""How the time of a run goes to its stages: the lines recorded as one shard, retries included."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.config import SynthConfig
from pipelines.quarantine import Quarantine
from pipelines.shard import ShardSynthesizer
from pipelines.summary import STAGES
from pipelines.worker_context import WorkerContext
from speech.dataset.schema import Utterance
from speech.dataset.writer import PartWriter
from speech.storage.temporaries import temporary_folder


@dataclass(frozen=True)
class Stages:
    seconds: dict[str, float]
    share_outside_teacher: float
    times_real_time: float
    """of accepted speech"""


def time_stages(config: SynthConfig, context: WorkerContext, lines: Sequence[Utterance]) -> Stages:
    with temporary_folder() as folder, PartWriter(folder, shard_part(0, 1)) as writer:
        quarantine = Quarantine(folder, 0, 1, lambda _: None)
        recorder = ShardSynthesizer(config, context, writer, lambda _: None, quarantine)
        marker = writer.finish(recorder.record(lines))
    seconds = {stage: marker.stats.get(f"{stage}_s", 0.0) for stage in STAGES}
    total = sum(seconds.values())
    return Stages(seconds, 1 - seconds["teacher"] / total, marker.audio_s / total)
