"""The steps of the Beam job: a part of the corpus is planned, a shard's text becomes its files."""

import functools
import threading
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from pipelines.isolated_attempt import survives
from pipelines.progress import Progress, ProgressFile
from pipelines.quarantine import Quarantine
from pipelines.row_counts import PlanCounts, check_lines, write_plan
from pipelines.run_folders import RunFolders
from pipelines.run_plan import RunPlan
from pipelines.shard import ShardSynthesizer
from pipelines.utterances import CorpusPart, open_lexicon, plan_part, spoken_languages
from pipelines.worker_context import LoadModels, load_models
from pipelines.worker_threads import WorkerThreads
from speech.dataset.layout import Marker, find_marker
from speech.dataset.schema import Rejection, Utterance
from speech.dataset.writer import ShardWriter
from speech.errors import InputError
from teacher.voices import load_bank

COUNTS: Final = "counts"
Item = Utterance | Rejection


class PlanText(beam.DoFn):
    """Part of the corpus -> (shard, row to be) of the shards to do, and the `COUNTS` of all."""

    def __init__(self, run_plan: RunPlan) -> None:
        self.config = run_plan.config
        self.shards = run_plan.corpus.shards
        self.todo = frozenset(run_plan.todo)

    def setup(self) -> None:
        self.bank = load_bank(self.config.voices, languages=spoken_languages(self.config))
        self.lexicon = open_lexicon(self.config)

    def process(
        self, element: CorpusPart
    ) -> Iterator[tuple[int, Item] | TaggedOutput[Literal["counts"], PlanCounts]]:
        path, counts = element.file.path, PlanCounts()
        for rows in plan_part(element, self.config, self.bank, self.lexicon, self.shards):
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
        run_plan: RunPlan,
        opener: LoadModels | None = None,
        folders: RunFolders | None = None,
    ) -> None:
        self.config = run_plan.config
        self.shards = run_plan.corpus.shards
        self.opener = opener or load_models
        self.workers = folders.workers if folders else 1
        self.progress_folder = folders.progress_folder if folders else None

    def setup(self) -> None:
        self.threads = WorkerThreads(self.workers, self._make)
        self.own = threading.local()

    def process(self, element: tuple[int, Iterable[Item]]) -> Iterator[Marker]:
        yield from self._counted(self.threads.give(element))

    def finish_bundle(self) -> Iterator[WindowedValue]:
        yield from map(GlobalWindows.windowed_value, self._counted(self.threads.finish()))

    def teardown(self) -> None:
        self.threads.close()

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
            trial = functools.partial(survives, self.config, self.opener)
            quarantine = Quarantine(self.config.output, shard, self.shards, trial)
            stats = self._recorder(writer, quarantine).record(lines)
            if writer.rows != len(lines):
                raise InputError(
                    f"shard {shard} of {self.shards} was given {len(lines)} rows and made "
                    f"{writer.rows}"
                )
            marker = writer.finish(stats)
            quarantine.end()
            return marker

    def _recorder(self, writer: ShardWriter, quarantine: Quarantine) -> ShardSynthesizer:
        """With what this thread has opened, once."""
        if not hasattr(self.own, "context"):
            self.own.context = self.opener(self.config)
            self.own.progress = ProgressFile(self.progress_folder)
        return ShardSynthesizer(self.config, self.own.context, writer, self._report, quarantine)

    def _report(self, more: Progress) -> None:
        self.threads.check()
        self.own.progress.report(more)

    def _counted(self, markers: Iterable[Marker]) -> Iterator[Marker]:
        """Beam's counters, which know the threads of Beam alone."""
        for marker in markers:
            Metrics.counter("synth", "accepted").inc(marker.accepted)
            Metrics.counter("synth", "audio_s").inc(round(marker.audio_s))
            for reason, count in marker.reasons.items():
                Metrics.counter("synth", f"rejected_{reason}").inc(count)
            yield marker
