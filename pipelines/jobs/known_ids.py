"""A run that extends a dataset leaves alone what that has: planned text that enough voices have tried.

Ids and voices that are there are read from their columns, and meet the planned text bucket by bucket:
memory holds the ids and the text of one bucket, and there are as many buckets as shards, old or new. So
a few new lines of a large dataset cost a reading of its ids, and nothing has to hold them all.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import apache_beam as beam

from pipelines.jobs.text_grouping import group_by_shard
from pipelines.run.row_counts import COUNTS, PlanCounts
from pipelines.run.run_plan import RunPlan
from pipelines.text.row_order import Item
from pipelines.text.utterances import shard_of, spoken_languages
from pipelines.text.voicing import grow
from speech.dataset.ids import read_voices
from speech.dataset.layout import Part
from speech.seeds import stable_hash
from teacher.voices import load_bank

RANKS = re.compile(r"(-v\d+)+\Z")
"""ends of ids that say, or may say, the how-manieth voice it is"""
Tried = tuple[str, str | None]
"""id of a row that is there, and its voice"""


def drop_known(
    run_plan: RunPlan,
    wanted: Sequence[int],
    folder: str | None,
    pipeline: beam.Pipeline,
    ways: Mapping[str, beam.PCollection],
) -> beam.PCollection:
    """(shard, text) of the whole corpus and (COUNTS, counts) -> (shard, row to be) of what is new, in
    the shards that are `wanted`, and how much is known.

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
    return max(run_plan.corpus.shards, len(run_plan.earlier))


def _in_bucket(pair: tuple[int, Item | PlanCounts], buckets: int) -> tuple[int, Item | PlanCounts]:
    _, item = pair
    return pair if isinstance(item, PlanCounts) else (bucket_of(item.id, buckets), item)


def bucket_of(id_: str, buckets: int) -> int:
    """The same for the rows of a text in all its voices."""
    return stable_hash("shard", RANKS.sub("", id_)) % buckets


class ReadIds(beam.DoFn):
    """Shard -> (bucket, id and voice) of each of its rows."""

    def __init__(self, output: str, buckets: int) -> None:
        self.output, self.buckets = output, buckets

    def process(self, element: Part) -> Iterator[tuple[int, Tried]]:
        for row in read_voices(self.output, element.files):
            yield bucket_of(row[0], self.buckets), row


class DropKnown(beam.DoFn):
    """(bucket, its texts and rows that are there) -> (shard, row to be), and (COUNTS, counts)."""

    def __init__(self, run_plan: RunPlan, wanted: Sequence[int]) -> None:
        self.config, self.shards = run_plan.config, run_plan.corpus.shards
        self.wanted = frozenset(wanted)

    def setup(self) -> None:
        self.bank = load_bank(self.config.voices, languages=spoken_languages(self.config))

    def process(
        self, element: tuple[int, Iterable[Item | PlanCounts | Tried]]
    ) -> Iterator[tuple[int, Item | PlanCounts]]:
        tried, texts, counts = dict[str, set[str]](), list[Item](), PlanCounts()
        for one in element[1]:
            if isinstance(one, PlanCounts):
                yield COUNTS, one
            elif isinstance(one, tuple):
                tried.setdefault(one[0], set()).update([one[1]] if one[1] else ())
            else:
                texts.append(one)
        for text in texts:
            growth = grow(text, self.config, self.bank, tried.get)
            counts.add_growth(growth, self.shards)
            for item in growth.new:
                if (shard := shard_of(item, self.shards)) in self.wanted:
                    yield shard, item
        if counts.known or counts.rows:
            yield COUNTS, counts
