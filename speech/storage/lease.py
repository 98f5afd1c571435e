"""Leases: of many processes, on one machine or many, one at a time holds a name.

A holder rewrites its file every third of `ttl_s`. An observer that has seen the same content for
`ttl_s`, by its own clock, takes the file over; the clocks of machines are never compared. Each write
is on the condition that what the writer knows is still there, so of several that take over one wins,
and a holder that was stopped and wakes late cannot write over its successor.

    leases = Leases(holder="host:pid", ttl_s=60)
    if lease := leases.acquire(path):
        with lease:
            ...                 # and now and then: stop if lease.lost
            if lease.renew():   # still ours, as the storage itself says
                ...

A name whose holder died is free `ttl_s` after this process first looked at it, so a launch that
looks at all names waits that long once. All who share names give the same `ttl_s`.
"""

import json
import secrets
import threading
import time
from contextlib import suppress
from types import TracebackType

from speech.errors import InputError, Unavailable
from speech.storage import Location
from speech.storage.gcs_client import OUTAGE_S
from speech.storage.lease_records import Record, Token, record_at

BEATS = 3
"""renewals in the time after which a lease expires"""


def clock() -> float:
    """Seconds that also pass while the machine sleeps, where the system can say."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Leases:
    """What one process takes and watches; its threads may share it."""

    def __init__(self, holder: str, ttl_s: float) -> None:
        self.holder = holder
        """for people who look into the file"""
        self.ttl_s = ttl_s
        self._watched: dict[str, tuple[Token, float]] = {}

    def acquire(self, path: Location) -> "Lease | None":
        """The lease of a name; None while another holds it, as far as can be told so far.

        Raises:
            InputError: the file cannot be read or written.
            Unavailable: the server stayed away.
        """
        record = record_at(path)
        asked = clock()
        seen = record.token()
        if seen is not None and not self._has_expired(str(path), seen, asked):
            return None
        self._watched.pop(str(path), None)
        lease = Lease(record, self.holder, self.ttl_s, seen)
        if not lease.renew():
            return None
        return lease if not lease.lost or lease.renew() else None  # lost: an outage was sat out

    def _has_expired(self, path: str, seen: Token, asked: float) -> bool:
        """Whether it was seen `ttl_s` before it was asked for now."""
        known, since = self._watched.get(path, (None, 0.0))
        if known != seen:
            self._watched[path] = seen, clock()  # it may be no older than this
            return False
        return asked - since >= self.ttl_s


class Lease:
    """One name, held: renewed by a thread within its `with` block, and given back at the end."""

    def __init__(self, record: Record, holder: str, ttl_s: float, seen: Token | None) -> None:
        self._record = record
        self._ttl_s = ttl_s
        self._about = {"holder": holder, "lease": secrets.token_hex(8)}
        self._beat = 0
        self._token = seen
        self._renewed = clock() - ttl_s
        self._taken = False
        self._writing = threading.Lock()
        self._over = threading.Event()

    @property
    def lost(self) -> bool:
        """Whether another has it, or may have, since it was not renewed in time; asks nobody."""
        return self._taken or clock() - self._renewed >= self._ttl_s

    def renew(self, outage_s: float = OUTAGE_S) -> bool:
        """Whether it is ours; the storage is asked, again and again for `outage_s` where that fails.

        After an outage that was longer than a lease lasts, it is ours if nobody has taken it over.
        One that was lost for good stays lost.

        Raises:
            InputError, Unavailable: the storage cannot say.
        """
        with self._writing:
            if self._taken:
                return False
            started = clock()
            for _ in range(2):
                self._beat += 1
                content = json.dumps({**self._about, "beat": self._beat}).encode()
                token = self._record.swap(self._token, content, outage_s)
                if token is not None:
                    self._token, self._renewed = token, started
                    return True
                there = self._record.read()
                if there is None or self._about["lease"].encode() not in there[1]:
                    self._taken = True
                    return False
                self._token = there[0]  # our own, whose reply was lost
            return not self.lost

    def release(self) -> None:
        """Give it back; where that cannot be done now, it expires."""
        self._over.set()
        with self._writing:
            if not self._taken and self._token is not None:
                with suppress(Unavailable):
                    self._record.remove(self._token, self._ttl_s / BEATS)
            self._taken = True

    def _keep(self) -> None:
        while not self._over.wait(self._ttl_s / BEATS):
            with suppress(InputError, Unavailable):  # `lost` tells when that goes on for too long
                if not self.renew(self._ttl_s / BEATS):
                    return

    def __enter__(self) -> "Lease":
        threading.Thread(target=self._keep, name="lease", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
