"""Shards and units of a run, and the batches that are packed from each unit."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.config import SynthConfig
from pipelines.planning.text import PlannedRow, SampleText
from pipelines.utterances import MIN_SHARDS
from speech.seeds import stable_hash
from teacher.packing import BatchLimit, pack

ROWS_PER_UNIT = 128


@dataclass(frozen=True)
class Batches:
    count: int
    padding_efficiency: float
    """share of the padded frames that are true frames"""


@dataclass(frozen=True)
class RunUnits:
    """How a run is divided."""

    shards: int
    units: int
    batches: Batches


def units_of(config: SynthConfig, text: SampleText, limit: BatchLimit) -> RunUnits:
    """Counted of a corpus that was read as a whole; else as many as its rows fill, with batches as
    those of the sample."""
    sample = text.sample
    text_bytes = 0 if sample.limit else sample.text_bytes
    shards = count_shards(config, round(text.lines.value), text_bytes)
    candidates = config.gate.candidates
    if sample.is_whole:
        whole = whole_units(text.rows, shards)
        return RunUnits(shards, len(whole), pack_units(whole, limit, candidates))
    rows = text.total(lambda tally: tally.rows).value / shards
    of_shard = max(1, math.ceil(rows / ROWS_PER_UNIT))
    sampled = sampled_units(text.rows, max(1, round(rows / of_shard)))
    packed, units = pack_units(sampled, limit, candidates), shards * of_shard
    count = round(packed.count * units / len(sampled))
    return RunUnits(shards, units, Batches(count, packed.padding_efficiency))


def count_shards(config: SynthConfig, lines: int, text_bytes: int) -> int:
    """As a run counts them: by lines or, of books on one line, by parts of full length."""
    if config.dataset.shards != "auto":
        return config.dataset.shards
    rows = max(lines, text_bytes // config.corpus.max_chars) * config.voices.per_text
    few = min(MIN_SHARDS, -(-rows // MIN_SHARDS))
    return max(few, -(-rows // config.dataset.rows_per_shard))


def whole_units(rows: Sequence[PlannedRow], shards: int) -> list[list[PlannedRow]]:
    """The units of a corpus that was read as a whole: shards by the hash of an id, cut in order."""
    by_shard: list[list[PlannedRow]] = [[] for _ in range(shards)]
    for row in sorted(rows, key=lambda row: row.id):
        by_shard[stable_hash("shard", row.id) % shards].append(row)
    return [unit for shard in by_shard for unit in _cut(shard, ROWS_PER_UNIT)]


def sampled_units(rows: Sequence[PlannedRow], per_unit: int) -> list[list[PlannedRow]]:
    """Units as a run would meet them, from the rows of a sample: neighbours are parted by a hash. A
    last one that is not full is left out where there are others."""
    units = _cut(sorted(rows, key=lambda row: stable_hash("unit", row.id)), per_unit)
    return units[:-1] if len(units) > 1 and len(units[-1]) < per_unit else units


def _cut(rows: Sequence[PlannedRow], size: int) -> list[list[PlannedRow]]:
    return [list(rows[i : i + size]) for i in range(0, len(rows), size)]


def limit_for(candidates: int, limit: BatchLimit) -> BatchLimit:
    """Of a batch that has room for all candidates of each item."""
    return BatchLimit(
        limit.cost // candidates if limit.cost else None,
        max(limit.items // candidates, 1) if limit.items else None,
    )


def pack_units(
    units: Iterable[Sequence[PlannedRow]], limit: BatchLimit, candidates: int
) -> Batches:
    """The batches of some units at their first try."""
    shared = limit_for(candidates, limit)
    count, true, padded = 0, 0, 0
    for unit in units:
        costs = [row.cost for row in unit if row.utterance]
        batches = pack(costs, shared)
        count += len(batches)
        true += sum(costs)
        padded += sum(len(batch) * max(costs[i] for i in batch) for batch in batches)
    return Batches(count, true / padded if padded else 1.0)
