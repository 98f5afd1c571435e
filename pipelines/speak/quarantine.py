"""Lines that kill their worker: what was being spoken when a unit's worker died is looked at alone.

A segmentation fault or the kernel's OOM killer leaves no exception to catch. So each unit writes
down which tries it is about to speak, beside its marker to be, for as long as it is not finished.
Whoever begins the unit again finds there what its predecessor may have died of:

1. The tries of the batch that was in flight become suspects. Each is spoken and judged alone, before
   anything else of the unit, and its sound thrown away. One that lives is cleared.
2. One that was alone in flight when its worker died is tried in a process of its own
   (`pipelines.speak.isolated_attempt`). One that dies there twice, while this process lives, is
   rejected.
3. Where there can be no such process (no memory for a second teacher), `LONE_DEATHS` deaths decide.

The trade: a line that kills costs two workers before it is rejected, and after a kill from outside
the clips of one batch are spoken twice. In return a kill from outside, whenever it comes and however
often, changes no byte: trials leave the batches as they are, and no count of deaths condemns a line
that lives in a process of its own.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from pipelines.speak.deadline import Deadline
from speech import storage
from speech.dataset.layout import Part
from speech.errors import InputError
from speech.storage import Location

if TYPE_CHECKING:  # a launcher that only sweeps needs no torch
    from pipelines.speak.attempts import Attempt
    from pipelines.speak.worker_context import WorkerContext

Survives = Callable[["Attempt"], bool | None]
"""whether a process of its own lives through a take; None where there can be no such process"""

LONE_DEATHS = 4
TRIALS = 2
"""processes that a take must kill"""


def attempts_name(unit: Part) -> str:
    return unit.marker.removesuffix(".json") + "-attempts.json"


@dataclass
class _Record:
    """What is known of a unit that was begun and not finished; tries by their noise keys."""

    in_flight: list[str] = field(default_factory=list)
    alone: bool = False
    """whether what is in flight is a suspect on trial"""
    suspects: dict[str, int] = field(default_factory=dict)
    """key -> how often it was alone in flight when its worker died"""
    deadly: dict[str, str] = field(default_factory=dict)
    """key -> what it did"""


_RECORD = TypeAdapter(_Record)


class Quarantine:
    """The record of one unit."""

    def __init__(
        self, output: Location, unit: Part, survives: Survives, deadline: Deadline
    ) -> None:
        self._path = storage.join(output, attempts_name(unit))
        self._survives = survives
        self._deadline = deadline
        self._record = self._read()
        for key in self._record.in_flight:
            deaths = self._record.suspects.get(key, 0)
            self._record.suspects[key] = deaths + self._record.alone

    def _read(self) -> _Record:
        if not storage.exists(self._path):
            return _Record()
        try:
            return _RECORD.validate_json(storage.read_bytes(self._path))
        except (InputError, ValidationError):  # it went or was damaged meanwhile
            return _Record()

    @property
    def suspects(self) -> list[str]:
        """The tries to be examined; those that a worker died of come last."""
        counts = self._record.suspects
        return sorted(counts, key=lambda key: (counts[key], key))

    def why_deadly(self, key: str) -> str | None:
        """What a try has done to those who spoke it; None if nothing."""
        return self._record.deadly.get(key)

    def in_flight(self, keys: Sequence[str], alone: bool = False) -> None:
        """Say that these are about to be spoken and judged, in the time that a batch may take."""
        self._deadline.restart()
        self._record.in_flight, self._record.alone = list(keys), alone
        storage.write_bytes(self._path, json.dumps(asdict(self._record)).encode())

    def examine(self, key: str, take: "Attempt | None", context: "WorkerContext") -> None:
        """Clear a suspect or condemn it; this process may die of it. None: it is asked no more.

        Raises:
            InputError: it broke the teacher or a judge, in this process.
        """
        deaths = self._record.suspects[key]
        self.rest()  # a process of its own has its own deadline
        lived = True if take is None else self._survived(take) if deaths else None
        if lived is False:
            self._condemn(key, f"killed {TRIALS} processes in which it was spoken alone")
        elif lived is None and deaths >= LONE_DEATHS:
            self._condemn(key, f"its worker died {deaths} times while it was spoken alone")
        elif lived is None and take is not None:
            self.in_flight([key], alone=True)
            context.try_alone(take)
        del self._record.suspects[key]
        self.in_flight([])

    def rest(self) -> None:
        """Nothing is spoken or judged for now."""
        self._deadline.cancel()

    def _survived(self, take: "Attempt") -> bool | None:
        """Of several trials the one that it lived through, if any, counts."""
        for _ in range(TRIALS):
            lived = self._survives(take)
            if lived is not False:
                return lived
        return False

    def _condemn(self, key: str, deed: str) -> None:
        self._record.deadly[key] = deed

    def end(self) -> None:
        """The unit is finished, and written."""
        storage.delete(self._path)
