"""Progress where workers share no folder with the launcher: the markers that they leave."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from pipelines.progress.progress import Progress
from pipelines.run.run_plan import RunPlan
from speech import storage
from speech.dataset.layout import (
    UNIT_MARKER,
    Part,
    list_parts,
    records_folder,
    shard_part,
    unit_part,
    units_folder,
)
from speech.dataset.markers import READERS, parse_marker
from speech.errors import InputError, Unavailable

EVERY_S = 5.0
"""between two looks"""
SHARE = 20
"""a look takes a twentieth of the time at most: it is a listing for each shard that is not finished"""


class MarkerTotals:
    """The sum over the units that have a marker, of the shards that were to do.

    What the first look finds was made by an earlier run.
    """

    def __init__(self, run_plan: RunPlan) -> None:
        self._output = run_plan.config.output
        self._shards, self._tag = run_plan.corpus.shards, run_plan.tag
        self._found: dict[int, dict[str, Progress]] = {index: {} for index in run_plan.todo}
        """of each shard, by the names of its markers"""
        self._finished: set[int] = set()
        self._before = Progress()
        self._sum: Progress | None = None
        self._next = 0.0

    def update(self) -> Progress:
        began = time.monotonic()
        if began >= self._next:
            with suppress(InputError, Unavailable):  # an outage; the run has errors of its own
                self._look()
            ended = time.monotonic()
            self._next = ended + max(EVERY_S, SHARE * (ended - began))
        return self._sum or Progress()

    def _look(self) -> None:
        names = list_parts(self._output, records_folder(self._tag))
        for index in self._found.keys() - self._finished:
            part = shard_part(index, self._shards, self._tag)
            if part.marker in names:
                self._finished.add(index)
                self._found[index] = {part.marker: self._read(part)}
        with ThreadPoolExecutor(READERS) as pool:
            list(pool.map(self._look_at_units, self._found.keys() - self._finished))
        found = Progress()
        for markers in self._found.values():
            for made in markers.values():
                found += made
        if self._sum is None:
            self._before = found
        self._sum = Progress(
            found.accepted - self._before.accepted,
            found.rejected - self._before.rejected,
            found.audio_s - self._before.audio_s,
            found.tries - self._before.tries,
            known=self._before.done,
        )

    def _look_at_units(self, index: int) -> None:
        shard, found = shard_part(index, self._shards, self._tag), self._found[index]
        for name in storage.list_files(storage.join(self._output, units_folder(shard))):
            if name not in found and (numbers := UNIT_MARKER.fullmatch(name)):
                found[name] = self._read(unit_part(shard, int(numbers[1]), int(numbers[2])))

    def _read(self, part: Part) -> Progress:
        try:
            data = storage.read_bytes(storage.join(self._output, part.marker))
        except InputError:  # it went meanwhile, with its shard finished
            return Progress()
        marker = parse_marker(data, part)
        if marker is None:
            return Progress()
        tries = round(marker.stats.get("tries", 0))
        return Progress(marker.accepted, marker.rejected, marker.audio_s, tries)
