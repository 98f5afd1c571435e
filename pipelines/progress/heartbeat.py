"""What each worker says of itself now and then, beside the output: who watches needs nothing else.

One small file a worker, `_shards/workers/HOST-PID-THREAD.json`, on any engine and any storage.
"""

import json
import os
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import cast

from pydantic import TypeAdapter, ValidationError

from pipelines.progress.progress import Progress
from speech import storage
from speech.dataset.layout import Part
from speech.errors import InputError, Unavailable
from speech.storage import Location

WORKERS = "_shards/workers"
EVERY_S = 15.0
"""on a bucket a worker's day of these costs some three cents"""
LATEST_S = 15.0
"""that a finished unit waits for a storage that does not answer"""


@dataclass
class Seen:
    """A worker since it began; times are its own clock's, in seconds since 1970."""

    name: str
    started_at: float
    updated_at: float
    unit: str = ""
    """the unit that it is making, or made last"""
    units: int = 0
    """units that it has made"""
    rows: int = 0
    accepted: int = 0
    audio_s: float = 0.0
    """seconds of the accepted clips"""
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def working_s(self) -> float:
        return max(self.updated_at - self.started_at, 1e-9)


class Heartbeat:
    """A worker's end; it belongs to one thread. Written beside the work, which an outage of the
    storage neither holds up nor ends: a beat that cannot be written is dropped."""

    def __init__(self, output: Location) -> None:
        now = time.time()
        name = f"{socket.gethostname()}-{os.getpid()}-{threading.get_ident()}"
        self.seen = Seen(name, now, now)
        self._path = storage.join(output, WORKERS, f"{name}.json")
        self._next = time.monotonic()
        self._writing: threading.Thread | None = None

    def begin(self, unit: Part) -> None:
        self.seen.unit = unit.marker.removesuffix(".json")
        self._beat()

    def report(self, more: Progress) -> None:
        """Count, and write if it is time to."""
        self.seen.rows += more.done
        self.seen.accepted += more.accepted
        self.seen.audio_s += more.audio_s
        self._beat()

    def end(self, reasons: dict[str, int]) -> None:
        """A unit is made."""
        self.seen.units += 1
        self.seen.reasons = dict(Counter(self.seen.reasons) + Counter(reasons))
        self._wait()
        self._beat()
        self._wait()  # else the last could be written after the run has swept them all

    def _beat(self) -> None:
        if time.monotonic() < self._next or (self._writing and self._writing.is_alive()):
            return
        self._next = time.monotonic() + EVERY_S
        self.seen.updated_at = time.time()
        told = json.dumps(asdict(self.seen)).encode()
        self._writing = threading.Thread(target=self._write, args=(told,), daemon=True)
        self._writing.start()

    def _wait(self) -> None:
        if self._writing:
            self._writing.join(LATEST_S)

    def _write(self, told: bytes) -> None:
        with suppress(InputError, Unavailable, OSError):
            storage.write_bytes(self._path, told)


_OWN = threading.local()


def own_heartbeat(output: Location) -> Heartbeat:
    """This thread's, for as long as it lives: engines make their workers' steps anew all the time."""
    if getattr(_OWN, "output", None) != str(output):
        _OWN.output, _OWN.heartbeat = str(output), Heartbeat(output)
    return cast(Heartbeat, _OWN.heartbeat)


_SEEN = TypeAdapter(Seen)


def read_heartbeats(output: Location) -> list[Seen]:
    """Of all workers that have written, in the order of their names; damaged ones are left out."""
    found = []
    for name in sorted(storage.list_files(storage.join(output, WORKERS))):
        try:
            found.append(
                _SEEN.validate_json(storage.read_bytes(storage.join(output, WORKERS, name)))
            )
        except (InputError, ValidationError):  # it was swept meanwhile
            continue
    return found


def sweep_heartbeats(output: Location) -> None:
    """The run is finished."""
    storage.delete_folder(storage.join(output, WORKERS))
