"""The first job: the corpus is read, planned and grouped by shard. Text only, on any machine."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput

from pipelines.corpus import CorpusPart
from pipelines.corpus_counts import counted_parts
from pipelines.plan_files import write_plan_file
from pipelines.progress import Progress, ProgressFile
from pipelines.row_counts import PlanCounts, check_counted, check_lines, total, write_plan
from pipelines.row_order import Item
from pipelines.run_folders import RunFolders
from pipelines.run_plan import RunPlan
from pipelines.text_grouping import group_by_shard
from pipelines.utterances import open_lexicon, plan_part, spoken_languages
from teacher.voices import load_bank

COUNTS: Final = "counts"
REPORT_LINES = 200


def build_planning(run_plan: RunPlan, folders: RunFolders | None, pipeline: beam.Pipeline) -> None:
    """Corpus -> a plan file for each shard to do, and the counts of the whole corpus."""
    progress = folders.progress_folder if folders else None
    wanted = run_plan.unplanned
    shards = pipeline | "List shards to plan" >> beam.Create(wanted)
    parts, lines = counted_parts(pipeline, run_plan)
    planned = parts | "Read and plan" >> beam.ParDo(
        PlanText(run_plan, wanted, progress)
    ).with_outputs(COUNTS, main="text")
    _ = (
        (planned[COUNTS], lines)
        | "Flatten counts" >> beam.Flatten()
        | "Add counts" >> beam.CombineGlobally(total)
        | "Write counts" >> beam.ParDo(WriteCounts(run_plan.config.output))
    )
    grouped = group_by_shard(shards, planned.text, folders.text_folder if folders else None)
    _ = grouped | "Write text" >> beam.ParDo(WriteText(run_plan))


class PlanText(beam.DoFn):
    """Part of the corpus -> (shard, row to be) of the shards to plan, and the `COUNTS` of all."""

    def __init__(
        self, run_plan: RunPlan, wanted: Sequence[int], progress_folder: str | None
    ) -> None:
        self.config = run_plan.config
        self.shards = run_plan.corpus.shards
        self.wanted = frozenset(wanted)
        self.progress_folder = progress_folder

    def setup(self) -> None:
        self.bank = load_bank(self.config.voices, languages=spoken_languages(self.config))
        self.lexicon = open_lexicon(self.config)

    def process(
        self, element: CorpusPart
    ) -> Iterator[tuple[int, Item] | TaggedOutput[Literal["counts"], PlanCounts]]:
        path, counts = element.file.path, PlanCounts()
        progress = ProgressFile(self.progress_folder)
        for rows in plan_part(element, self.config, self.bank, self.lexicon, self.shards):
            counts.add_line(path, (shard for shard, _ in rows))
            for shard, item in rows:
                if shard in self.wanted:
                    yield shard, item
            if counts.lines[path] % REPORT_LINES == 0:
                progress.report(Progress(lines=REPORT_LINES))
        check_lines(element, counts.lines[path])
        yield TaggedOutput(COUNTS, counts)


class WriteCounts(beam.DoFn):
    """Counts of the whole corpus -> the file that rows are checked against in the end.

    Raises:
        InputError: a part of the corpus was lost on the way.
    """

    def __init__(self, output: str) -> None:
        self.output = output

    def process(self, element: PlanCounts) -> None:
        check_counted(element)
        write_plan(self.output, element)


class WriteText(beam.DoFn):
    """(shard, rows to be) -> its plan file."""

    def __init__(self, run_plan: RunPlan) -> None:
        self.output = run_plan.config.output
        self.shards = run_plan.corpus.shards
        self.rows_per_unit = run_plan.config.dataset.rows_per_unit

    def process(self, element: tuple[int, Iterable[Item]]) -> None:
        shard, items = element
        write_plan_file(self.output, shard, self.shards, items, self.rows_per_unit)
