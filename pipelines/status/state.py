"""The state of a run, from what lies under its output alone: plan, markers and heartbeats."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from pipelines.progress.heartbeat import EVERY_S, Seen, read_heartbeats
from pipelines.run.row_counts import read_plan
from pipelines.text.plan_files import count_units
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.layout import Part, shard_part
from speech.dataset.manifest import runs_of
from speech.dataset.markers import READERS, Marker, finished, finished_units, summarize
from speech.dataset.seal import from_json
from speech.errors import InputError
from speech.storage import Location

ALIVE_S = 8 * EVERY_S
"""since its last heartbeat, for a worker to count as at work: a batch takes its time"""
SLOWEST = 3
Stage = Literal["planning", "speaking", "finishing", "finished"]


@dataclass(frozen=True)
class SlowUnit:
    name: str
    seconds: float
    """of its worker, in all stages"""
    rows: int


@dataclass(frozen=True)
class State:
    """Seconds are wall time, rows are lines or parts of long ones."""

    stage: Stage
    shards: int
    shards_done: int
    rows: int | None
    """planned rows; None until the text is planned"""
    rows_done: int
    accepted: int
    audio_s: float
    reasons: Mapping[str, int]
    units_done: int
    """finished units of shards that are not merged yet"""
    units_left: int
    workers: tuple[Seen, ...] = ()
    workers_alive: int = 0
    rows_per_s: float = 0.0
    """of all living workers together"""
    slowest: tuple[SlowUnit, ...] = field(default=())

    @property
    def left_s(self) -> float | None:
        """Until all rows are made, at this rate; None where nobody works or nothing is known."""
        if self.rows is None or not self.rows_per_s:
            return None
        return max(self.rows - self.rows_done, 0) / self.rows_per_s

    @property
    def accepted_share(self) -> float:
        return self.accepted / self.rows_done if self.rows_done else 0.0


def read_state(output: Location) -> State:
    """Of the run that is extending a dataset, where there is one, else of the first.

    Raises:
        InputError: there is no run of make synth.
    """
    tag = _extending(output)
    shards = _shards(output, tag)
    counts = read_plan(output, tag)
    done = finished(output, shards, tag)
    unfinished = [shard_part(i, shards, tag) for i in range(shards) if i not in done]
    units, left = _units(output, tag, unfinished)
    summary = summarize({**done, **{shards + i: marker for i, (_, marker) in enumerate(units)}})
    workers = tuple(read_heartbeats(output))
    alive = [seen for seen in workers if time.time() - seen.updated_at < ALIVE_S]
    is_finished = not tag and storage.exists(storage.join(output, dataset.MANIFEST_NAME))
    return State(
        stage=_stage(is_finished, len(done) == shards, counts is not None),
        shards=shards,
        shards_done=len(done),
        rows=counts.rows.total() - counts.known.total() if counts else None,
        rows_done=summary.rows,
        accepted=summary.total.accepted,
        audio_s=summary.total.audio_s,
        reasons=summary.reasons,
        units_done=len(units),
        units_left=left,
        workers=workers,
        workers_alive=0 if is_finished else len(alive),
        rows_per_s=0.0 if is_finished else sum(seen.rows / seen.working_s for seen in alive),
        slowest=tuple(_slowest(units)),
    )


def _extending(output: Location) -> str:
    known = {run.tag for run in runs_of(output)}
    return next((tag for tag in dataset.list_runs(output) if known and tag not in known), "")


def _shards(output: Location, tag: str) -> int:
    path = storage.join(output, dataset.of_run(dataset.RUN_NAME, tag))
    if not storage.exists(path):
        raise InputError(f"{output} is no run of make synth: it has no {dataset.RUN_NAME}")
    identity = from_json(storage.read_bytes(path))
    if identity is None or not isinstance(identity.get("shards"), int):
        raise InputError(f"{path} is damaged: make verify says what is left")
    return int(identity["shards"])


def _stage(is_finished: bool, is_spoken: bool, is_planned: bool) -> Stage:
    if is_finished:
        return "finished"
    if is_spoken:
        return "finishing"
    return "speaking" if is_planned else "planning"


def _units(
    output: Location, tag: str, unfinished: list[Part]
) -> tuple[list[tuple[Part, Marker]], int]:
    """Units made of shards that are not, each with its part, and how many are to be made."""
    planned = dataset.list_parts(output, dataset.of_run("_shards/plan", tag))

    def of_shard(shard: Part) -> tuple[list[tuple[Part, Marker]], int]:
        if dataset.plan_name(shard) not in planned:
            return [], 0
        try:
            count = count_units(output, shard)
        except InputError:  # it was finished meanwhile
            return [], 0
        made = finished_units(output, shard, count)
        return [(dataset.unit_part(shard, i, count), m) for i, m in made.items()], count - len(made)

    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(of_shard, unfinished))
    return [unit for units, _ in found for unit in units], sum(left for _, left in found)


def _slowest(units: list[tuple[Part, Marker]]) -> Iterator[SlowUnit]:
    def seconds(marker: Marker) -> float:
        return sum(value for name, value in marker.stats.items() if name.endswith("_s"))

    for part, marker in sorted(units, key=lambda unit: -seconds(unit[1]))[:SLOWEST]:
        name = part.marker.removesuffix(".json").removeprefix("_shards/units/")
        yield SlowUnit(name, seconds(marker), marker.accepted + marker.rejected)
