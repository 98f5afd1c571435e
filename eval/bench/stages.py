"""How the time of a run goes to its stages: the lines spoken as one unit, retries included."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.config import SynthConfig
from pipelines.run.summary import STAGES
from pipelines.speak.deadline import Deadline
from pipelines.speak.quarantine import Quarantine
from pipelines.speak.unit import UnitSynthesizer
from pipelines.speak.unit_rows import UnitRows
from pipelines.speak.worker_context import WorkerContext
from speech.dataset.layout import shard_part
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
    part, rows = shard_part(0, 1), UnitRows(lines)
    with temporary_folder() as folder, PartWriter(folder, part) as writer:
        quarantine = Quarantine(folder, part, lambda _: None, Deadline(None))
        stats = UnitSynthesizer(config, context, rows, lambda _: None, quarantine).speak()
        rows.write(writer)
        marker = writer.finish(stats)
    seconds = {stage: marker.stats.get(f"{stage}_s", 0.0) for stage in STAGES}
    total = sum(seconds.values())
    return Stages(seconds, 1 - seconds["teacher"] / total, marker.audio_s / total)
