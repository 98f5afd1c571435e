"""How the time of a run goes to its stages: the lines recorded as one shard, retries included."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.config import SynthConfig
from pipelines.quarantine import Quarantine
from pipelines.shard import ShardRecorder
from pipelines.shard_writer import ShardWriter
from pipelines.studio import Studio
from pipelines.summary import STAGES
from speech.rows import Utterance
from speech.temporaries import temporary_folder


@dataclass(frozen=True)
class Stages:
    seconds: dict[str, float]
    share_outside_teacher: float
    times_real_time: float
    """of accepted speech"""


def time_stages(config: SynthConfig, studio: Studio, lines: Sequence[Utterance]) -> Stages:
    with temporary_folder() as folder, ShardWriter(folder, 0, 1) as writer:
        quarantine = Quarantine(folder, 0, 1, lambda _: None)
        recorder = ShardRecorder(config, studio, writer, lambda _: None, quarantine)
        marker = writer.finish(recorder.record(lines))
    seconds = {stage: marker.stats.get(f"{stage}_s", 0.0) for stage in STAGES}
    total = sum(seconds.values())
    return Stages(seconds, 1 - seconds["teacher"] / total, marker.audio_s / total)
