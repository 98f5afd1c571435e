"""A large corpus is counted by many before it is planned by many: parts in, parts with lines out."""

from collections import Counter
from collections.abc import Iterator

import apache_beam as beam

from pipelines.corpus import CorpusConfig, CorpusPart, PartCount, count_part, number_parts, split_part
from pipelines.row_counts import PlanCounts
from pipelines.run_plan import RunPlan


def counted_parts(pipeline: beam.Pipeline, run_plan: RunPlan) -> "beam.PCollection[CorpusPart]":
    """The parts of the corpus, each for one worker; numbers alone meet in one place."""
    config = run_plan.config
    files = pipeline | "List corpus" >> beam.Create(run_plan.corpus.parts)
    if run_plan.corpus.is_counted:
        return files
    return (
        files
        | "Split files" >> beam.FlatMap(split_part, config.corpus)
        | "Spread spans" >> beam.Reshuffle()
        | "Count lines" >> beam.Map(_counted, config.corpus)
        | "All counts" >> beam.combiners.ToList()
        | "Number lines" >> beam.FlatMap(_numbered, config.corpus, config.limit)
        | "Spread parts" >> beam.Reshuffle()
    )


def lines_of_file(part: CorpusPart) -> PlanCounts:
    """What a part adds to its file, told apart from what is read of it."""
    return PlanCounts(counted=Counter({part.file.path: part.lines or 0}))


def _counted(part: CorpusPart, config: CorpusConfig) -> tuple[CorpusPart, PartCount]:
    return part, count_part(part, config)


def _numbered(
    pairs: list[tuple[CorpusPart, PartCount]], config: CorpusConfig, limit: int | None
) -> Iterator[CorpusPart]:
    parts, counts = [part for part, _ in pairs], [count for _, count in pairs]
    return number_parts(parts, counts, config, limit)
