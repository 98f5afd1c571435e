"""The steps of the Beam job: a part of the corpus is planned, a shard's text becomes its files."""

import threading
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from pipelines.counts import PlanCounts, check_lines, write_plan
from pipelines.crew import Crew
from pipelines.dataset import Marker, find_marker
from pipelines.launch import Launch
from pipelines.progress import ProgressFile
from pipelines.shard import ShardRecorder
from pipelines.shard_writer import ShardWriter
from pipelines.studio import OpenStudio, open_studio
from pipelines.utterances import CorpusPart, plan_part, spoken_languages
from pipelines.workplace import Workplace
from speech.errors import InputError
from speech.rows import Rejection, Utterance
from teacher.voices import load_bank

COUNTS: Final = "counts"
Item = Utterance | Rejection


class PlanText(beam.DoFn):
    """Part of the corpus -> (shard, row to be) of the shards to do, and the `COUNTS` of all."""

    def __init__(self, launch: Launch) -> None:
        self.config = launch.config
        self.shards = launch.corpus.shards
        self.todo = frozenset(launch.todo)

    def setup(self) -> None:
        self.bank = load_bank(self.config.voices, languages=spoken_languages(self.config))

    def process(
        self, element: CorpusPart
    ) -> Iterator[tuple[int, Item] | TaggedOutput[Literal["counts"], PlanCounts]]:
        path, counts = element.file.path, PlanCounts()
        for rows in plan_part(element, self.config, self.bank, self.shards):
            counts.add_line(path, (shard for shard, _ in rows))
            for shard, item in rows:
                if shard in self.todo:
                    yield shard, item
        check_lines(element, counts.lines[path])
        yield TaggedOutput(COUNTS, counts)


class WritePlan(beam.DoFn):
    """Counts of the whole corpus -> the file that they are checked against in the end."""

    def __init__(self, output: str) -> None:
        self.output = output

    def process(self, element: PlanCounts) -> None:
        write_plan(self.output, element)


class WriteShards(beam.DoFn):
    """(shard, rows to be) -> marker. Audio is made, judged and written here and never leaves."""

    def __init__(
        self,
        launch: Launch,
        opener: OpenStudio | None = None,
        workplace: Workplace | None = None,
    ) -> None:
        self.config = launch.config
        self.shards = launch.corpus.shards
        self.opener = opener or open_studio
        self.workers = workplace.workers if workplace else 1
        self.progress_folder = workplace.progress_folder if workplace else None

    def setup(self) -> None:
        self.crew = Crew(self.workers, self._make)
        self.own = threading.local()

    def process(self, element: tuple[int, Iterable[Item]]) -> Iterator[Marker]:
        yield from self._counted(self.crew.give(element))

    def finish_bundle(self) -> Iterator[WindowedValue]:
        yield from map(GlobalWindows.windowed_value, self._counted(self.crew.finish()))

    def teardown(self) -> None:
        self.crew.close()

    def _make(self, element: tuple[int, Iterable[Item]]) -> Marker:
        shard, items = element
        if marker := find_marker(self.config.output, shard, self.shards):
            return marker  # a retried bundle: what it finished before it failed is not done again
        lines = list(items)
        with ShardWriter(
            self.config.output,
            shard,
            self.shards,
            row_group_bytes=self.config.dataset.row_group_mb << 20,
        ) as writer:
            stats = self._recorder(writer).record(lines)
            if writer.rows != len(lines):
                raise InputError(
                    f"shard {shard} was given {len(lines)} rows and made {writer.rows}"
                )
            return writer.finish(stats)

    def _recorder(self, writer: ShardWriter) -> ShardRecorder:
        """With what this thread has opened, once."""
        if not hasattr(self.own, "studio"):
            self.own.studio = self.opener(self.config)
            self.own.progress = ProgressFile(self.progress_folder)
        return ShardRecorder(self.config, self.own.studio, writer, self._report)

    def _report(self, accepted: int, rejected: int, audio_s: float) -> None:
        self.crew.check()
        self.own.progress.report(accepted, rejected, audio_s)

    def _counted(self, markers: Iterable[Marker]) -> Iterator[Marker]:
        """Beam's counters, which know the threads of Beam alone."""
        for marker in markers:
            Metrics.counter("synth", "accepted").inc(marker.accepted)
            Metrics.counter("synth", "audio_s").inc(round(marker.audio_s))
            for reason, count in marker.reasons.items():
                Metrics.counter("synth", f"rejected_{reason}").inc(count)
            yield marker
