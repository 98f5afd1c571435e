"""Rows are counted: what each file of the corpus was to become against what stands in each shard.

`_shards/plan.json` says how many lines of each file were planned, and how many rows each shard is to
hold. It is counted where text is planned and goes its own way to the output, so that a row which is
lost on the way to its shard is missed. A run that makes any shard plans the whole corpus, and so
writes the whole file.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import TypeAdapter, ValidationError

from pipelines.config import SynthConfig
from pipelines.plan_files import count_rows
from pipelines.utterances import CorpusPart, CorpusPlan, open_lexicon, plan_part, spoken_languages
from speech import storage
from speech.dataset.layout import READERS, Marker, list_parts, plan_name, shard_part
from speech.dataset.seal import to_json
from speech.errors import InputError
from speech.storage import Location
from teacher.voices import load_bank

PLAN_NAME = "_shards/plan.json"
SHOWN = 3


@dataclass(frozen=True)
class PlanCounts:
    """How much was planned, of a part of the corpus or of all."""

    lines: Counter[str] = field(default_factory=Counter)
    """path of the corpus -> lines that became at least one row"""
    rows: Counter[int] = field(default_factory=Counter)
    """shard -> rows"""

    def add_line(self, path: str, shards: Iterable[int]) -> None:
        """Count a line of the file at `path` whose rows go to `shards`; none is a lost line."""
        self.rows.update(found := list(shards))
        self.lines[path] += bool(found)


def total(counts: Iterable[PlanCounts]) -> PlanCounts:
    added = PlanCounts()
    for part in counts:
        added.lines.update(part.lines)
        added.rows.update(part.rows)
    return added


def count_plan(config: SynthConfig, corpus: CorpusPlan) -> PlanCounts:
    """Plan the corpus once more, to count; takes as long as its text frontend."""
    bank = load_bank(config.voices, languages=spoken_languages(config))
    counts, lexicon = PlanCounts(), open_lexicon(config)
    for part in corpus.parts:
        for rows in plan_part(part, config, bank, lexicon, corpus.shards):
            counts.add_line(part.file.path, (shard for shard, _ in rows))
    return counts


_COUNTS = TypeAdapter(PlanCounts)


def write_plan(output: Location, counts: PlanCounts) -> None:
    storage.write_bytes(storage.join(output, PLAN_NAME), to_json(vars(counts)))


def plan_bytes(lines: Mapping[str, int], markers: Mapping[int, Marker]) -> bytes:
    """What `write_plan` wrote of a dataset that is finished, and so holds what was planned."""
    rows = {index: marker.accepted + marker.rejected for index, marker in markers.items()}
    counts = PlanCounts(+Counter(lines), +Counter(rows))  # +: without zeros
    return to_json(vars(counts))


def read_plan(output: Location) -> PlanCounts | None:
    """What was written; None if it is missing or damaged."""
    try:
        return _COUNTS.validate_json(storage.read_bytes(storage.join(output, PLAN_NAME)))
    except (InputError, ValidationError):
        return None


def check_lines(part: CorpusPart, planned: int) -> None:
    """Every line that was counted when the run began has become a row.

    Raises:
        InputError: the difference.
    """
    if planned != part.lines:
        is_hub = part.file.kind == "hf"
        counted = "has by its card" if is_hub else "had when the run began"
        remedy = f"say limit={planned}, or mend it" if is_hub else "run it again"
        raise InputError(
            f"rows are missing: of the {part.lines} lines that {part.file.path} {counted}, "
            f"{planned} were planned; {remedy}"
        )


def unplanned(output: Location, todo: Collection[int], shards: int) -> tuple[int, ...]:
    """Shards of `todo` without a plan file; all where the counts are lost."""
    if read_plan(output) is None:
        return tuple(todo)
    there = list_parts(output, "_shards/plan")
    return tuple(index for index in todo if plan_name(index, shards) not in there)


def planned_rows(config: SynthConfig, corpus: CorpusPlan, todo: Sequence[int]) -> int:
    """Rows of the shards to do; each plan file holds as many as were counted on their way to it.

    Raises:
        InputError: rows were lost between.
    """
    counts = read_plan(config.output) or PlanCounts()
    with ThreadPoolExecutor(READERS) as pool:
        found = pool.map(lambda index: count_rows(config.output, index, corpus.shards), todo)
        rows = dict(zip(todo, found, strict=True))
    for index, there in rows.items():
        if there != counts.rows[index]:
            path = storage.join(config.output, plan_name(index, corpus.shards))
            raise InputError(
                f"rows are missing: {path} holds {there} of {counts.rows[index]}; delete "
                f"{storage.join(config.output, PLAN_NAME)} and run it again"
            )
    return sum(rows.values())


def check_rows(config: SynthConfig, corpus: CorpusPlan, markers: Mapping[int, Marker]) -> None:
    """Lines in are rows out: each file's lines were planned, each shard holds what was planned.

    Args:
        markers: of all shards, whichever run has made them.

    Raises:
        InputError: the differences, and how to have those shards made again.
    """
    counts = read_plan(config.output)
    if counts is None:
        counts = count_plan(config, corpus)
        write_plan(config.output, counts)
    for part in corpus.parts:
        check_lines(part, counts.lines[part.file.path])
    found = list(_differences(corpus.shards, counts, markers))
    if found:
        more = f"; and {len(found) - SHOWN} more shards" if len(found) > SHOWN else ""
        folder = storage.join(config.output, "_shards")
        raise InputError(
            f"rows planned are not rows written: {'; '.join(found[:SHOWN])}{more}. No manifest is "
            f"written; delete the markers of these shards in {folder} and run it again"
        )


def _differences(shards: int, counts: PlanCounts, markers: Mapping[int, Marker]) -> Iterator[str]:
    for shard in range(shards):
        marker, planned = markers[shard], counts.rows[shard]
        if marker.accepted + marker.rejected != planned:
            yield (
                f"{PurePosixPath(shard_part(shard, shards).marker).name} holds {marker.accepted} "
                f"accepted and {marker.rejected} rejected of {planned}"
            )
