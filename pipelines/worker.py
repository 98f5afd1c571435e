"""The Beam worker: one element is a shard's text, its effect a shard's files and marker."""

import functools
from collections.abc import Iterable, Iterator

import apache_beam as beam
from apache_beam.metrics import Metrics

from pipelines.config import SynthConfig
from pipelines.corpus import Line
from pipelines.dataset import Marker, find_marker
from pipelines.launch import Launch
from pipelines.progress import ProgressFile
from pipelines.quarantine import Quarantine
from pipelines.shard import ShardRecorder
from pipelines.shard_writer import ShardWriter
from pipelines.studio import OpenStudio, Studio, open_studio
from pipelines.trial import survives
from pipelines.utterances import CorpusPart, plan_line, read_part, shard_of, spoken_languages
from speech.rows import Rejection, Utterance
from teacher.voices import load_bank


class ReadPart(beam.DoFn):
    """Corpus part -> lines."""

    def __init__(self, config: SynthConfig) -> None:
        self.config = config

    def process(self, element: CorpusPart) -> Iterator[Line | Rejection]:
        return read_part(element, self.config)


class PlanLines(beam.DoFn):
    """Line -> (shard, utterance or rejection), for the shards that are still to do."""

    def __init__(self, launch: Launch) -> None:
        self.config = launch.config
        self.shards = launch.corpus.shards
        self.todo = frozenset(launch.todo)

    def setup(self) -> None:
        self.bank = load_bank(self.config.voices, languages=spoken_languages(self.config))

    def process(self, element: Line | Rejection) -> Iterator[tuple[int, Utterance | Rejection]]:
        for item in plan_line(element, self.config, self.bank):
            shard = shard_of(item, self.shards)
            if shard in self.todo:
                yield shard, item


class WriteShards(beam.DoFn):
    """(shard, lines) -> marker. Audio is made, judged and written here and never leaves."""

    def __init__(
        self,
        launch: Launch,
        progress_folder: str | None = None,
        opener: OpenStudio | None = None,
    ) -> None:
        self.config = launch.config
        self.shards = launch.corpus.shards
        self.progress_folder = progress_folder
        self.opener = opener or open_studio

    def setup(self) -> None:
        self.studio: Studio | None = None
        self.progress = ProgressFile(self.progress_folder)

    def process(
        self, element: tuple[int, Iterable[Utterance | Rejection | None]]
    ) -> Iterator[Marker]:
        shard, items = element
        if marker := find_marker(self.config.output, shard, self.shards):
            yield marker  # a retried bundle: what it finished before it failed is not done again
            return
        lines = [item for item in items if item is not None]
        if self.studio is None:
            self.studio = self.opener(self.config)
        with ShardWriter(
            self.config.output,
            shard,
            self.shards,
            row_group_bytes=self.config.dataset.row_group_mb << 20,
        ) as writer:
            trial = functools.partial(survives, self.config, self.opener)
            quarantine = Quarantine(self.config.output, shard, self.shards, trial)
            recorder = ShardRecorder(
                self.config, self.studio, writer, self.progress.report, quarantine
            )
            marker = writer.finish(recorder.record(lines))
            quarantine.end()
        self._count(marker)
        yield marker

    def _count(self, marker: Marker) -> None:
        Metrics.counter("synth", "accepted").inc(marker.accepted)
        Metrics.counter("synth", "audio_s").inc(round(marker.audio_s))
        for reason, count in marker.reasons.items():
            Metrics.counter("synth", f"rejected_{reason}").inc(count)
