"""Rows are counted: what each file of the corpus was to become against what stands in each shard.

`_shards/plan.json` says how many lines of each file were planned, and how many rows each shard is to
hold. It is counted where text is planned and goes its own way to the output, so that a row which is
lost on the way to its shard is missed. A run that makes any shard plans the whole corpus, and so
writes the whole file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from pydantic import TypeAdapter, ValidationError

from pipelines.corpus import CorpusPart, count_parts
from pipelines.run.run_plan import RunPlan
from pipelines.text.plan_files import count_rows
from pipelines.text.utterances import (
    CorpusPlan,
    open_lexicon,
    part_texts,
    shard_of,
    spoken_languages,
)
from pipelines.text.voicing import Growth, grow, rows_of
from speech import storage
from speech.dataset.ids import TriedVoices
from speech.dataset.layout import Part, list_parts, of_run, plan_name, records_folder
from speech.dataset.markers import READERS, Marker, find_marker
from speech.dataset.seal import to_json
from speech.errors import InputError
from speech.storage import Location
from teacher.voices import load_bank

PLAN_NAME = "_shards/plan.json"
COUNTS: Final = -1
"""Where a shard's number stands: counts go the way of the text. With an output of their own the graph
would have branches, of which Beam's DaskRunner runs the last alone, and mixes what they are given."""
SHOWN = 3


@dataclass(frozen=True)
class PlanCounts:
    """How much was planned, of a part of the corpus or of all."""

    lines: Counter[str] = field(default_factory=Counter)
    """path of the corpus -> lines that became at least one row"""
    rows: Counter[int] = field(default_factory=Counter)
    """shard -> rows, those that are known among them, as many of a text as a run of its own would
    have, and those that an extension adds to these"""
    known: Counter[int] = field(default_factory=Counter)
    """shard -> rows that are left alone: enough voices have tried their text in earlier runs"""
    counted: Counter[str] = field(default_factory=Counter)
    """path of the corpus -> lines that it has; compared while it is planned, and not kept"""

    def add_line(self, path: str, shards: Iterable[int]) -> None:
        """Count a line of the file at `path` whose rows go to `shards`; none is a lost line."""
        self.rows.update(found := list(shards))
        self.lines[path] += bool(found)

    def add_growth(self, growth: Growth, shards: int) -> None:
        """Count what of a text is known, and what has another rank than it would have alone."""
        self.known.update(shard_of(item, shards) for item in growth.known)
        self.rows.update(shard_of(item, shards) for item in growth.further)

    def new(self, shard: int) -> int:
        """Rows that are to be made of a shard."""
        return self.rows[shard] - self.known[shard]


def total(counts: Iterable[PlanCounts]) -> PlanCounts:
    added = PlanCounts()
    for part in counts:
        added.lines.update(part.lines)
        added.rows.update(part.rows)
        added.known.update(part.known)
        added.counted.update(part.counted)
    return added


def count_plan(run_plan: RunPlan) -> PlanCounts:
    """Plan the corpus once more, to count; takes as long as its text frontend."""
    config, corpus = run_plan.config, run_plan.corpus
    bank = load_bank(config.voices, languages=spoken_languages(config))
    counts, lexicon = PlanCounts(), open_lexicon(config)
    tried = TriedVoices(config.output, run_plan.earlier)
    parts = corpus.parts
    if not corpus.is_counted:  # as the job counts them: up to `limit`
        parts = tuple(count_parts(parts, config.corpus, config.limit))
    for part in parts:
        for texts in part_texts(part, config, lexicon):
            rows = [row for text in texts for row in rows_of(text, config, bank)]
            counts.add_line(part.file.path, (shard_of(row, corpus.shards) for row in rows))
            for text in texts if run_plan.earlier else ():
                counts.add_growth(grow(text, config, bank, tried), corpus.shards)
    return counts


_COUNTS = TypeAdapter(PlanCounts)


def plan_path(run_plan: RunPlan) -> str:
    return storage.join(run_plan.config.output, of_run(PLAN_NAME, run_plan.tag))


def write_plan(path: str, counts: PlanCounts) -> None:
    storage.write_bytes(path, _to_json(counts))


def _to_json(counts: PlanCounts) -> bytes:
    return to_json({"lines": counts.lines, "rows": counts.rows, "known": counts.known})


def plan_bytes(
    lines: Mapping[str, int], known: Mapping[str, int], markers: Mapping[int, Marker]
) -> bytes:
    """What `write_plan` wrote of a run that is finished, and so holds what was planned.

    Args:
        lines, known: of its provenance.
    """
    there = Counter({int(shard): count for shard, count in known.items()})
    rows = Counter({index: marker.accepted + marker.rejected for index, marker in markers.items()})
    rows.update(there)
    return _to_json(PlanCounts(+Counter(lines), +rows, there))  # +: without zeros


def read_plan(output: Location, run: str = "") -> PlanCounts | None:
    """What was written of a run; None if it is missing or damaged."""
    try:
        data = storage.read_bytes(storage.join(output, of_run(PLAN_NAME, run)))
        return _COUNTS.validate_json(data)
    except (InputError, ValidationError):
        return None


def check_lines(part: CorpusPart, planned: int) -> None:
    """Every line that was counted when the run began has become a row.

    Raises:
        InputError: the difference.
    """
    if part.lines is not None and planned != part.lines:
        is_hub = part.file.kind == "hf"
        counted = "has by its card" if is_hub else "had when the run began"
        remedy = f"say limit={planned}, or mend it" if is_hub else "run it again"
        raise InputError(
            f"rows are missing: of the {part.lines} lines that {part.file.path} {counted}, "
            f"{planned} were planned; {remedy}"
        )


def check_counted(counts: PlanCounts) -> None:
    """Every line of a file that was counted, in whatever parts, was planned.

    Raises:
        InputError: the difference.
    """
    for path, lines in counts.counted.items():
        if counts.lines[path] != lines:
            raise InputError(
                f"rows are missing: of the {lines} lines that {path} was counted to have, "
                f"{counts.lines[path]} were planned; run it again"
            )


def lines_by_file(corpus: CorpusPlan, counts: PlanCounts) -> dict[str, int]:
    """As counted when the run began, or where text was planned."""
    return {
        part.file.path: counts.lines[part.file.path] if part.lines is None else part.lines
        for part in corpus.parts
    }


def unplanned(run_plan: RunPlan) -> tuple[int, ...]:
    """Shards to do whose text is to be planned: those that have no plan file, or all of them where the
    counts are lost."""
    output, tag = run_plan.config.output, run_plan.tag
    if read_plan(output, tag) is None:
        return run_plan.todo
    there = list_parts(output, of_run("_shards/plan", tag))
    return tuple(i for i in run_plan.todo if plan_name(run_plan.shard(i)) not in there)


def planned_rows(run_plan: RunPlan) -> int:
    """Rows of the shards to do; each plan file holds as many as were counted on their way to it.

    Raises:
        InputError: rows were lost between.
    """
    output, shards = run_plan.config.output, [run_plan.shard(i) for i in run_plan.todo]
    counts = read_plan(output, run_plan.tag) or PlanCounts()

    def rows_of(shard: Part) -> int:
        try:
            return count_rows(output, shard)
        except InputError:
            if find_marker(output, shard):  # another process has finished it since
                return counts.new(shard.index)
            raise

    with ThreadPoolExecutor(READERS) as pool:
        rows = list(pool.map(rows_of, shards))
    for shard, there in zip(shards, rows, strict=True):
        if there != (wanted := counts.new(shard.index)):
            path = storage.join(output, plan_name(shard))
            raise InputError(
                f"rows are missing: {path} holds {there} of {wanted}; delete "
                f"{plan_path(run_plan)} and run it again"
            )
    return sum(rows)


def check_rows(run_plan: RunPlan, markers: Mapping[int, Marker]) -> PlanCounts:
    """Lines in are rows out: each file's lines were planned, each shard holds what was planned.

    Counts that were lost are written again once they are those of the shards.

    Args:
        markers: of all shards, whichever run has made them.

    Raises:
        InputError: the differences, and how to have those shards made again.
    """
    output = run_plan.config.output
    written = read_plan(output, run_plan.tag)
    counts = written or count_plan(run_plan)
    for part in run_plan.corpus.parts:
        check_lines(part, counts.lines[part.file.path])
    found = list(_differences(run_plan, counts, markers))
    if found:
        more = f"; and {len(found) - SHOWN} more shards" if len(found) > SHOWN else ""
        folder = storage.join(output, records_folder(run_plan.tag))
        raise InputError(
            f"rows planned are not rows written: {'; '.join(found[:SHOWN])}{more}. No manifest is "
            f"written; delete the markers of these shards in {folder} and run it again"
        )
    if written is None:
        write_plan(plan_path(run_plan), counts)
    return counts


def _differences(
    run_plan: RunPlan, counts: PlanCounts, markers: Mapping[int, Marker]
) -> Iterator[str]:
    for shard in range(run_plan.corpus.shards):
        marker, planned = markers[shard], counts.new(shard)
        if marker.accepted + marker.rejected != planned:
            yield (
                f"{PurePosixPath(run_plan.shard(shard).marker).name} holds {marker.accepted} "
                f"accepted and {marker.rejected} rejected of {planned}"
            )
