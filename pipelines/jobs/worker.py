"""The second job: a unit's text becomes its files, and a shard's units its shard."""

import functools
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from pipelines.progress.heartbeat import own_heartbeat
from pipelines.progress.progress import Progress, ProgressFile
from pipelines.progress.run_folders import RunFolders
from pipelines.run.claims import Claims, in_own_order
from pipelines.run.run_plan import RunPlan
from pipelines.speak.deadline import Deadline
from pipelines.speak.isolated_attempt import survives
from pipelines.speak.one_context import one_context
from pipelines.speak.quarantine import Quarantine
from pipelines.speak.unit import UnitSynthesizer
from pipelines.speak.unit_rows import UnitRows
from pipelines.speak.worker_context import LoadModels, WorkerContext, load_models
from pipelines.speak.worker_threads import WorkerThreads
from pipelines.text.plan_files import count_units, read_unit
from speech import storage
from speech.dataset.layout import Part, shard_part, unit_part
from speech.dataset.markers import Marker, find_marker, finished_units
from speech.dataset.merge import merge_units
from speech.dataset.writer import PartWriter
from speech.errors import InputError

ASK_AGAIN_S = 1.0


class LostClaim(Exception):
    """Another process makes this unit by now."""


@dataclass(frozen=True)
class UnitKey:
    """One unit of work: the `unit`-th of `units` of a shard."""

    shard: int
    unit: int
    units: int


def build_speaking(
    run_plan: RunPlan,
    opener: LoadModels | None,
    folders: RunFolders | None,
    pipeline: beam.Pipeline,
) -> "beam.PCollection[Marker]":
    """Units to do -> their markers. Text is read where it is spoken; nothing large is ever shuffled."""
    units = (
        pipeline
        | "List shards to speak"
        >> beam.Create(in_own_order(run_plan.todo, run_plan.config.runner.shared_lease_s))
        | "List units to do" >> beam.ParDo(ListUnits(run_plan, folders))
    )
    if folders is None:  # on other machines each unit may go to another
        units = units | "Spread units" >> beam.Reshuffle()
    return units | "Speak, judge, write" >> beam.ParDo(WriteUnits(run_plan, opener, folders))


class ListUnits(beam.DoFn):
    """Shard -> its units that are not done; one whose units all are is merged."""

    def __init__(self, run_plan: RunPlan, folders: RunFolders | None = None) -> None:
        self.output = run_plan.config.output
        self.shards, self.tag = run_plan.corpus.shards, run_plan.tag
        self.row_group_bytes = run_plan.config.dataset.row_group_mb << 20
        self.progress_folder = folders.progress_folder if folders else None
        self.lease_s = run_plan.config.runner.shared_lease_s

    def process(self, element: int) -> Iterator[UnitKey]:
        shard = shard_part(element, self.shards, self.tag)
        try:
            units = count_units(self.output, shard)
        except InputError:
            if find_marker(self.output, shard):  # another process has finished it since
                return
            raise
        done = finished_units(self.output, shard, units)
        known = sum(marker.accepted + marker.rejected for marker in done.values())
        ProgressFile(self.progress_folder).report(Progress(known=known))
        todo = [unit for unit in range(units) if unit not in done]
        for unit in in_own_order(todo, self.lease_s):
            yield UnitKey(element, unit, units)
        if len(done) == units:
            merge_units(self.output, shard, units, self.row_group_bytes)


class WriteUnits(beam.DoFn):
    """Unit -> marker. Audio is made, judged and written here and never leaves."""

    def __init__(
        self,
        run_plan: RunPlan,
        opener: LoadModels | None = None,
        folders: RunFolders | None = None,
    ) -> None:
        self.config = run_plan.config
        self.shards, self.tag = run_plan.corpus.shards, run_plan.tag
        self.opener = opener or load_models
        self.folders = folders

    def setup(self) -> None:
        self.threads = WorkerThreads(self.folders.workers if self.folders else 1, self._make)
        self.own = threading.local()
        self.merging = threading.Lock()
        self.claims = Claims(self.config.output, self.config.runner.shared_lease_s)
        self.held: list[UnitKey] = []

    def process(self, element: UnitKey) -> Iterator[Marker]:
        yield from self._counted(self.threads.give(element))

    def finish_bundle(self) -> Iterator[WindowedValue]:
        """Wait for all that was begun; what others held is theirs, unless they died."""
        yield from map(GlobalWindows.windowed_value, self._counted(self.threads.finish()))
        while self.held:
            time.sleep(ASK_AGAIN_S)
            held, self.held = self.held, []
            made = [marker for key in held for marker in self.threads.give(key)]
            made += self.threads.finish()
            yield from map(GlobalWindows.windowed_value, self._counted(made))

    def teardown(self) -> None:
        self.threads.close()

    def _make(self, key: UnitKey) -> Marker | None:
        """Make a unit, and its shard where it was the last; None where another holds it, or its shard
        is merged, whose marker no longer tells what was this unit's.

        A retried bundle makes nothing twice.
        """
        shard = shard_part(key.shard, self.shards, self.tag)
        unit = unit_part(shard, key.unit, key.units)
        if self._is_finished(shard):
            return None
        with self.claims.unit(unit) as claim:
            if claim is None:
                self.held.append(key)
                return None
            if self._is_finished(shard):  # while it was claimed
                return None
            try:
                self.own.claim = claim
                marker = find_marker(self.config.output, unit) or self._speak(key, unit)
            except LostClaim:
                self.held.append(key)
                return None
            except InputError:
                if self._is_finished(shard):
                    return None  # others made it, and have removed what it was made from
                raise
        with self.merging:  # of two threads that finish a shard's last units, one merges
            if not self._is_finished(shard):
                row_group_bytes = self.config.dataset.row_group_mb << 20
                merge_units(self.config.output, shard, key.units, row_group_bytes)
        return marker

    def _is_finished(self, shard: Part) -> bool:
        if not storage.exists(storage.join(self.config.output, shard.marker)):
            return False
        return find_marker(self.config.output, shard) is not None

    def _speak(self, key: UnitKey, unit: Part) -> Marker:
        output = self.config.output
        shard = shard_part(key.shard, self.shards, self.tag)
        rows = UnitRows(read_unit(output, shard, key.unit))
        trial = functools.partial(survives, self.config, self.opener)
        quarantine = Quarantine(output, unit, trial, Deadline(self.config.runner.batch_deadline_s))
        with (
            self._context() as context,
            PartWriter(output, unit, self.config.dataset.row_group_mb << 20) as writer,
        ):
            self.own.heartbeat = own_heartbeat(output)
            self.own.heartbeat.begin(unit)
            speaker = UnitSynthesizer(self.config, context, rows, self._report, quarantine)
            try:
                stats = speaker.speak()
            finally:
                quarantine.rest()
            rows.write(writer)
            if not self.own.claim.confirm():
                raise LostClaim
            marker = writer.finish(stats)
        quarantine.end()
        self.own.heartbeat.end(marker.reasons)
        return marker

    def _context(self) -> AbstractContextManager[WorkerContext]:
        """This thread's own on this machine, whose threads were counted; elsewhere the process'."""
        if self.folders is None:
            return one_context(self.config, self.opener)
        if not hasattr(self.own, "context"):
            self.own.context = self.opener(self.config)
            self.own.progress = ProgressFile(self.folders.progress_folder)
        return nullcontext(self.own.context)

    def _report(self, more: Progress) -> None:
        self.threads.check()
        if self.own.claim.is_lost:
            raise LostClaim
        self.own.heartbeat.report(more)
        if self.folders is not None:
            self.own.progress.report(more)

    def _counted(self, markers: Iterable[Marker | None]) -> Iterator[Marker]:
        """Beam's counters, which know the threads of Beam alone."""
        for marker in filter(None, markers):
            Metrics.counter("synth", "accepted").inc(marker.accepted)
            Metrics.counter("synth", "audio_s").inc(round(marker.audio_s))
            for reason, count in marker.reasons.items():
                Metrics.counter("synth", f"rejected_{reason}").inc(count)
            yield marker
