"""A run that extends a dataset leaves alone what that has: planned items whose ids are there fall out.

Ids that are there are read from their column, and meet the planned text bucket by bucket: memory holds
the ids and the text of one bucket, and there are as many buckets as shards, old or new. So a few new
lines of a large dataset cost a reading of its ids, and nothing has to hold them all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import apache_beam as beam

from pipelines.jobs.text_grouping import group_by_shard
from pipelines.run.row_counts import COUNTS, PlanCounts
from pipelines.run.run_plan import RunPlan
from pipelines.text.row_order import Item
from pipelines.text.utterances import shard_of
from speech.dataset.ids import read_ids
from speech.dataset.layout import Part
from speech.seeds import stable_hash


def drop_known(
    run_plan: RunPlan,
    wanted: Sequence[int],
    folder: str | None,
    pipeline: beam.Pipeline,
    ways: Mapping[str, beam.PCollection],
) -> beam.PCollection:
    """(shard, item) of the whole corpus and (COUNTS, counts) -> the same of what is new, in the shards
    that are `wanted`, and how much is known.

    Args:
        ways: on which they come, as for `group_by_shard`.
        folder: where text waits on this machine's disk; None for Beam's own shuffle.
    """
    buckets = count_buckets(run_plan)
    there = (
        pipeline
        | "List earlier shards" >> beam.Create(run_plan.earlier)
        | "Spread earlier shards" >> beam.Reshuffle()
        | "Read ids" >> beam.ParDo(ReadIds(run_plan.config.output, buckets))
    )
    placed = {
        what: way | f"{what} to buckets" >> beam.Map(_in_bucket, buckets)
        for what, way in ways.items()
    }
    listed = pipeline | "List buckets" >> beam.Create(range(buckets))
    grouped = group_by_shard(listed, {"Ids": there, **placed}, folder, "bucket")
    return grouped | "Drop what is known" >> beam.ParDo(DropKnown(run_plan, wanted))


def count_buckets(run_plan: RunPlan) -> int:
    """A multiple of the shards, so that a bucket is of one shard."""
    shards = run_plan.corpus.shards
    return shards * max(1, -(-len(run_plan.earlier) // shards))


def _in_bucket(pair: tuple[int, Item | PlanCounts], buckets: int) -> tuple[int, Item | PlanCounts]:
    _, item = pair
    return pair if isinstance(item, PlanCounts) else (shard_of(item, buckets), item)


class ReadIds(beam.DoFn):
    """Shard -> (bucket, id) of each of its rows."""

    def __init__(self, output: str, buckets: int) -> None:
        self.output, self.buckets = output, buckets

    def process(self, element: Part) -> Iterator[tuple[int, str]]:
        for id_ in read_ids(self.output, element.files):
            yield stable_hash("shard", id_) % self.buckets, id_


class DropKnown(beam.DoFn):
    """(bucket, its items and ids that are there) -> (shard, item), and (COUNTS, counts)."""

    def __init__(self, run_plan: RunPlan, wanted: Sequence[int]) -> None:
        self.shards = run_plan.corpus.shards
        self.wanted = frozenset(wanted)

    def process(
        self, element: tuple[int, Iterable[Item | PlanCounts | str]]
    ) -> Iterator[tuple[int, Item | PlanCounts]]:
        bucket, found = element
        shard, there, items = bucket % self.shards, set[str](), list[Item]()
        for one in found:
            if isinstance(one, PlanCounts):
                yield COUNTS, one
            elif isinstance(one, str):
                there.add(one)
            else:
                items.append(one)
        new = [item for item in items if item.id not in there]
        if shard in self.wanted:
            yield from ((shard, item) for item in new)
        if known := len(items) - len(new):
            yield COUNTS, PlanCounts(known=Counter({shard: known}))
