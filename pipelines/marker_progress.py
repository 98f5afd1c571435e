"""Progress where workers share no folder with the launcher: the markers that they leave."""

import time
from contextlib import suppress

from pipelines.progress import Progress
from pipelines.run_plan import RunPlan
from speech import storage
from speech.dataset.layout import marker_name, parse_marker
from speech.errors import InputError

EVERY_S = 5.0
"""between two looks: each is a listing, and a small read for every new marker"""


class MarkerTotals:
    """The sum over the shards that were to do and now have a marker."""

    def __init__(self, run_plan: RunPlan) -> None:
        self._output = run_plan.config.output
        self._shards = run_plan.corpus.shards
        self._missing = set(run_plan.todo)
        self._sum = Progress()
        self._looked = 0.0

    def update(self) -> Progress:
        if time.monotonic() - self._looked >= EVERY_S:
            with suppress(InputError):  # an outage; the run has errors of its own
                self._look()
            self._looked = time.monotonic()
        return self._sum

    def _look(self) -> None:
        names = storage.list_files(storage.join(self._output, "_shards"))
        for shard in sorted(self._missing):
            name = marker_name(shard, self._shards)
            if name.rpartition("/")[2] not in names:
                continue
            data = storage.read_bytes(storage.join(self._output, name))
            if marker := parse_marker(data, shard, self._shards):
                self._missing.remove(shard)
                rows, tries = marker.accepted + marker.rejected, round(marker.stats.get("tries", 0))
                self._sum += Progress(
                    marker.accepted, marker.rejected, marker.audio_s, tries, 1, rows
                )
