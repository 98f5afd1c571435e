"""A large corpus is counted by many before it is planned by many: parts in, parts with lines out."""

from collections import Counter
from collections.abc import Iterator

import apache_beam as beam

from pipelines.corpus import (
    CorpusConfig,
    CorpusPart,
    PartCount,
    count_part,
    count_parts,
    number_parts,
    split_part,
)
from pipelines.run.row_counts import PlanCounts
from pipelines.run.run_plan import RunPlan

Pair = tuple[CorpusPart, PartCount]


def counted_parts(
    pipeline: beam.Pipeline, run_plan: RunPlan
) -> "tuple[beam.PCollection[CorpusPart], beam.PCollection[PlanCounts] | None]":
    """The parts of the corpus, each for one worker, and on a way of their own the lines of each file
    that is counted here; None where the launcher has counted all.

    Numbers alone meet in one place.
    """
    config = run_plan.config
    if run_plan.corpus.is_counted:
        return pipeline | "List corpus" >> beam.Create(run_plan.corpus.parts), None
    if not config.runner.bears_branches:
        parts = count_parts(run_plan.corpus.parts, config.corpus, config.limit)
        return pipeline | "List parts" >> beam.Create(parts), None
    files = pipeline | "List corpus" >> beam.Create(run_plan.corpus.parts)
    counts = (
        files
        | "Split files" >> beam.FlatMap(split_part, config.corpus)
        | "Spread spans" >> beam.Reshuffle()
        | "Count lines" >> beam.Map(_counted, config.corpus)
        | "All counts" >> beam.combiners.ToList()
    )
    numbered = counts | "Number lines" >> beam.FlatMap(_numbered, config.corpus, config.limit)
    files = counts | "Lines of files" >> beam.FlatMap(_lines_of_files, config.corpus, config.limit)
    return numbered | "Spread parts" >> beam.Reshuffle(), files


def _counted(part: CorpusPart, config: CorpusConfig) -> Pair:
    return part, count_part(part, config)


def _numbered(pairs: list[Pair], config: CorpusConfig, limit: int | None) -> Iterator[CorpusPart]:
    parts, counts = [part for part, _ in pairs], [count for _, count in pairs]
    return number_parts(parts, counts, config, limit)


def _lines_of_files(
    pairs: list[Pair], config: CorpusConfig, limit: int | None
) -> Iterator[PlanCounts]:
    return map(_lines_of_file, _numbered(pairs, config, limit))


def _lines_of_file(part: CorpusPart) -> PlanCounts:
    return PlanCounts(counted=Counter({part.file.path: part.lines or 0}))
