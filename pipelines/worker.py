"""The steps of the Beam job: a part of the corpus is planned, a shard's text becomes its files."""

import functools
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Final, cast

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from pipelines.isolated_attempt import survives
from pipelines.one_context import one_context
from pipelines.progress import Progress, ProgressFile
from pipelines.quarantine import Quarantine
from pipelines.row_counts import PlanCounts, check_lines, total, write_plan
from pipelines.run_folders import RunFolders
from pipelines.run_plan import RunPlan
from pipelines.shard import ShardSynthesizer
from pipelines.utterances import CorpusPart, open_lexicon, plan_part, spoken_languages
from pipelines.worker_context import LoadModels, WorkerContext, load_models
from pipelines.worker_threads import WorkerThreads
from speech.dataset.layout import Marker, find_marker
from speech.dataset.schema import Rejection, Utterance
from speech.dataset.writer import ShardWriter
from speech.errors import InputError
from teacher.voices import load_bank

COUNTS: Final = -1
"""Where a shard's number stands: counts go the way of the text. With an output of their own the graph
would have branches, of which Beam's DaskRunner runs the last alone, and mixes what they are given."""
Item = Utterance | Rejection


class PlanText(beam.DoFn):
    """Part of the corpus -> (shard, row to be) of the shards to do, and (COUNTS, counts of all)."""

    def __init__(self, run_plan: RunPlan) -> None:
        self.config = run_plan.config
        self.shards = run_plan.corpus.shards
        self.todo = frozenset(run_plan.todo)

    def setup(self) -> None:
        self.bank = load_bank(self.config.voices, languages=spoken_languages(self.config))
        self.lexicon = open_lexicon(self.config)

    def process(self, element: CorpusPart) -> Iterator[tuple[int, Item | PlanCounts]]:
        path, counts = element.file.path, PlanCounts()
        for rows in plan_part(element, self.config, self.bank, self.lexicon, self.shards):
            counts.add_line(path, (shard for shard, _ in rows))
            for shard, item in rows:
                if shard in self.todo:
                    yield shard, item
        check_lines(element, counts.lines[path])
        yield COUNTS, counts


class WritePlan(beam.DoFn):
    """(COUNTS, counts) -> the file that rows are checked against in the end; others pass."""

    def __init__(self, output: str) -> None:
        self.output = output

    def process(
        self, element: tuple[int, Iterable[Item | PlanCounts]]
    ) -> Iterator[tuple[int, Iterable[Item]]]:
        key, values = element
        if key == COUNTS:
            write_plan(self.output, total(cast(Iterable[PlanCounts], values)))
        else:
            yield key, cast(Iterable[Item], values)


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
        self.folders = folders

    def setup(self) -> None:
        self.threads = WorkerThreads(self.folders.workers if self.folders else 1, self._make)
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
        with self._context() as context:
            return self._write(shard, list(items), context)

    def _write(self, shard: int, lines: list[Item], context: WorkerContext) -> Marker:
        with ShardWriter(
            self.config.output,
            shard,
            self.shards,
            row_group_bytes=self.config.dataset.row_group_mb << 20,
        ) as writer:
            trial = functools.partial(survives, self.config, self.opener)
            quarantine = Quarantine(self.config.output, shard, self.shards, trial)
            recorder = ShardSynthesizer(self.config, context, writer, self._report, quarantine)
            stats = recorder.record(lines)
            if writer.rows != len(lines):
                raise InputError(
                    f"shard {shard} of {self.shards} was given {len(lines)} rows and made "
                    f"{writer.rows}"
                )
            marker = writer.finish(stats)
            quarantine.end()
            return marker

    def _context(self) -> AbstractContextManager[WorkerContext]:
        """This thread's own on this machine, whose threads were counted; elsewhere the process'."""
        if self.folders is None:
            return one_context(self.config, self.opener)
        if not hasattr(self.own, "context"):
            self.own.context = self.opener(self.config)
        return nullcontext(self.own.context)

    def _report(self, more: Progress) -> None:
        self.threads.check()
        ProgressFile(self.folders.progress_folder if self.folders else None).report(more)

    def _counted(self, markers: Iterable[Marker]) -> Iterator[Marker]:
        """Beam's counters, which know the threads of Beam alone."""
        for marker in markers:
            Metrics.counter("synth", "accepted").inc(marker.accepted)
            Metrics.counter("synth", "audio_s").inc(round(marker.audio_s))
            for reason, count in marker.reasons.items():
                Metrics.counter("synth", f"rejected_{reason}").inc(count)
            yield marker
