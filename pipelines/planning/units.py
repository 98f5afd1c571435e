"""Shards and units of a run, and the batches that are packed from each unit."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.config import SynthConfig
from pipelines.planning.text import PlannedRow, SampleText
from pipelines.text.row_order import units_for
from pipelines.text.utterances import count_shards
from speech.seeds import stable_hash
from teacher.packing import BatchLimit, pack


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
    # as a run counts them: by lines or, of books on one line, by parts of full length
    lines = max(round(text.lines.value), text_bytes // config.corpus.max_chars)
    shards, rows_per_unit = count_shards(config, lines), config.dataset.rows_per_unit
    candidates = config.gate.candidates
    if sample.is_whole:
        whole = whole_units(text.rows, shards, rows_per_unit)
        return RunUnits(shards, len(whole), pack_units(whole, limit, candidates))
    rows = text.total(lambda tally: tally.rows).value / shards
    of_shard = max(1, units_for(math.ceil(rows), rows_per_unit))
    sampled = sampled_units(text.rows, max(1, round(rows / of_shard)))
    packed, units = pack_units(sampled, limit, candidates), shards * of_shard
    count = round(packed.count * units / len(sampled))
    return RunUnits(shards, units, Batches(count, packed.padding_efficiency))


def whole_units(
    rows: Sequence[PlannedRow], shards: int, rows_per_unit: int | Literal["auto"]
) -> list[list[PlannedRow]]:
    """The units of a corpus that was read as a whole: shards by the hash of an id, cut in order."""
    by_shard: list[list[PlannedRow]] = [[] for _ in range(shards)]
    for row in sorted(rows, key=lambda row: row.id):
        by_shard[stable_hash("shard", row.id) % shards].append(row)
    return [
        unit
        for shard in by_shard
        if shard
        for unit in _cut(shard, -(-len(shard) // units_for(len(shard), rows_per_unit)))
    ]


def sampled_units(rows: Sequence[PlannedRow], per_unit: int) -> list[list[PlannedRow]]:
    """Units as a run would meet them, from the rows of a sample: neighbours are parted by a hash. A
    last one that is not full is left out where there are others."""
    units = _cut(sorted(rows, key=lambda row: stable_hash("unit", row.id)), per_unit)
    return units[:-1] if len(units) > 1 and len(units[-1]) < per_unit else units


def _cut(rows: Sequence[PlannedRow], size: int) -> list[list[PlannedRow]]:
    return [list(rows[i : i + size]) for i in range(0, len(rows), size)]


def pack_units(
    units: Iterable[Sequence[PlannedRow]], limit: BatchLimit, candidates: int
) -> Batches:
    """The batches of some units at their first try."""
    shared = limit.shared_by(candidates)
    count, true, padded = 0, 0, 0
    for unit in units:
        costs = [row.cost for row in unit if row.utterance]
        batches = pack(costs, shared)
        count += len(batches)
        true += sum(costs)
        padded += sum(len(batch) * max(costs[i] for i in batch) for batch in batches)
    return Batches(count, true / padded if padded else 1.0)
