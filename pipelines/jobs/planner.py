"""The first job: the corpus is read, planned and grouped by shard. Text only, on any machine."""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import apache_beam as beam

from pipelines.corpus import CorpusPart
from pipelines.jobs.corpus_counts import counted_parts
from pipelines.jobs.known_ids import drop_known
from pipelines.jobs.text_grouping import group_by_shard
from pipelines.progress.progress import Progress, ProgressFile
from pipelines.progress.run_folders import RunFolders
from pipelines.run.row_counts import (
    COUNTS,
    PlanCounts,
    check_counted,
    check_lines,
    plan_path,
    total,
    unplanned,
    write_plan,
)
from pipelines.run.run_plan import RunPlan
from pipelines.text.plan_files import write_plan_file
from pipelines.text.row_order import Item
from pipelines.text.utterances import open_lexicon, part_texts, shard_of, spoken_languages
from pipelines.text.voicing import rows_of
from speech.dataset.layout import shard_part
from teacher.voices import load_bank

REPORT_LINES = 200


def build_planning(run_plan: RunPlan, folders: RunFolders | None, pipeline: beam.Pipeline) -> None:
    """Corpus -> a plan file for each shard to do, and the counts of the whole corpus."""
    progress, text_folder = (
        (folders.progress_folder, folders.text_folder) if folders else (None,) * 2
    )
    wanted = unplanned(run_plan)
    shards = pipeline | "List shards to plan" >> beam.Create(wanted)
    parts, lines = counted_parts(pipeline, run_plan)
    ways = {"Text": parts | "Read and plan" >> beam.ParDo(PlanText(run_plan, wanted, progress))}
    if lines is not None:
        ways["Lines"] = lines | "As counts" >> beam.Map(_as_counts)
    if run_plan.earlier:
        ways = {"Text": drop_known(run_plan, wanted, text_folder, pipeline, ways)}
    grouped = group_by_shard(shards, ways, text_folder)
    _ = grouped | "Write text" >> beam.ParDo(WriteText(run_plan))


def _as_counts(counted: PlanCounts) -> tuple[int, PlanCounts]:
    return COUNTS, counted


class PlanText(beam.DoFn):
    """Part of the corpus -> (shard, row to be) of the shards to plan, and (COUNTS, counts of all).

    Where a dataset is extended, who is to speak a text follows from who has: it goes on as it is.
    """

    def __init__(
        self, run_plan: RunPlan, wanted: Sequence[int], progress_folder: str | None
    ) -> None:
        self.config = run_plan.config
        self.shards = run_plan.corpus.shards
        self.wanted = frozenset(wanted)
        self.extends = bool(run_plan.earlier)
        self.progress_folder = progress_folder

    def setup(self) -> None:
        self.bank = load_bank(self.config.voices, languages=spoken_languages(self.config))
        self.lexicon = open_lexicon(self.config)

    def process(self, element: CorpusPart) -> Iterator[tuple[int, Item | PlanCounts]]:
        path, counts = element.file.path, PlanCounts()
        progress = ProgressFile(self.progress_folder)
        for texts in part_texts(element, self.config, self.lexicon):
            rows = self._in_shards(
                row for text in texts for row in rows_of(text, self.config, self.bank)
            )
            counts.add_line(path, (shard for shard, _ in rows))
            if self.extends:  # what is known is counted in every shard
                yield from self._in_shards(texts)
            else:
                yield from (row for row in rows if row[0] in self.wanted)
            if counts.lines[path] % REPORT_LINES == 0:
                progress.report(Progress(lines=REPORT_LINES))
        check_lines(element, counts.lines[path])
        yield COUNTS, counts

    def _in_shards(self, items: Iterable[Item]) -> list[tuple[int, Item]]:
        return [(shard_of(item, self.shards), item) for item in items]


class WriteText(beam.DoFn):
    """(shard, rows to be) -> its plan file; (COUNTS, counts) -> what rows are checked against.

    Raises:
        InputError: a part of the corpus was lost on the way.
    """

    def __init__(self, run_plan: RunPlan) -> None:
        self.output, self.plan_path = run_plan.config.output, plan_path(run_plan)
        self.shards, self.tag = run_plan.corpus.shards, run_plan.tag
        self.rows_per_unit = run_plan.config.dataset.rows_per_unit

    def process(self, element: tuple[int, Iterable[Item | PlanCounts]]) -> None:
        index, values = element
        if index == COUNTS:
            counts = total(cast(Iterable[PlanCounts], values))
            check_counted(counts)
            write_plan(self.plan_path, counts)
        else:
            shard = shard_part(index, self.shards, self.tag)
            items = cast(Iterable[Item], values)
            write_plan_file(self.output, shard, items, self.rows_per_unit)
