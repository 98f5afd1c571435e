"""Units that several processes share are claimed before they are made."""

import os
import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from speech import storage
from speech.dataset.layout import Part
from speech.storage import Location
from speech.storage.lease import Lease, Leases

PLAN_CLAIM = "_shards/plan.lease"


def sweep_plan_claim(output: Location) -> None:
    """All is planned: remove what one leaves who died while he planned, and was not followed by a
    launch that takes leases."""
    storage.delete(storage.join(output, PLAN_CLAIM))


def in_own_order(units: Sequence[int], lease_s: float | None) -> list[int]:
    """Where several processes share them, each begins with others."""
    own = list(units)
    if lease_s is not None:
        random.Random(f"{socket.gethostname()}-{os.getpid()}").shuffle(own)
    return own


class Claims:
    """What this process may make: anything, where it has the output to itself."""

    def __init__(self, output: Location, lease_s: float | None) -> None:
        self._output = output
        holder = f"{socket.gethostname()}-{os.getpid()}"
        self._leases = Leases(holder, lease_s) if lease_s else None

    @contextmanager
    def unit(self, unit: Part) -> Iterator["Claim | None"]:
        """The right to make a unit; None while another has it."""
        with self.of(unit.marker.removesuffix(".json") + ".lease") as claim:
            yield claim

    @contextmanager
    def of(self, name: str) -> Iterator["Claim | None"]:
        """As `unit`, of what has any other name under the output."""
        if self._leases is None:
            yield Claim(None)
            return
        lease = self._leases.acquire(storage.join(self._output, name))
        if lease is None:
            yield None
            return
        with lease:
            yield Claim(lease)


class Claim:
    """One that is held."""

    def __init__(self, lease: Lease | None) -> None:
        self._lease = lease

    def confirm(self) -> bool:
        """Whether it is ours still, as the storage says."""
        return self._lease is None or self._lease.renew()

    @property
    def is_lost(self) -> bool:
        """Whether another may have it by now: this process was stopped, or cut off, for too long."""
        return self._lease is not None and self._lease.lost
