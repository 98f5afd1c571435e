"""What a process of `test_lease` does: takes units by leases and writes down when it held which."""

import json
import os
import time

from speech import storage
from speech.storage.lease import Lease, Leases, clock

TTL_S = 2.0
FOREVER_S = 100.0


class Worker:
    def __init__(self, folder: str, log: str, units: int) -> None:
        self.folder, self.units = folder, units
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.leases = Leases(f"process {os.getpid()}", TTL_S)

    def note(self, what: str, unit: int, at: float) -> None:
        line = json.dumps({"what": what, "unit": unit, "pid": os.getpid(), "at": at})
        os.write(self.log, line.encode() + b"\n")

    def is_done(self, unit: int) -> bool:
        return storage.exists(f"{self.folder}/done/{unit}")

    def work(self, first: int, held_s: float) -> None:
        """Until every unit is done; the first lease is held for `held_s`."""
        while True:
            done = storage.list_names(f"{self.folder}/done")
            left = [unit for unit in range(self.units) if str(unit) not in done]
            if not left:
                return
            for unit in sorted(left, key=lambda unit: (unit - first) % self.units):
                lease = self.leases.acquire(f"{self.folder}/leases/{unit}")
                if lease is not None:
                    with lease:
                        self.speak(unit, lease, held_s)
                    held_s = 0.05
            time.sleep(0.05)

    def speak(self, unit: int, lease: Lease, held_s: float) -> None:
        """As long as the lease is not lost; what was spoken counts if it is still held then."""
        if self.is_done(unit):
            return
        until = clock() + held_s
        while (now := clock()) < until:
            if lease.lost:
                self.note("renewed" if lease.renew() else "lost", unit, clock())
                return
            self.note("held", unit, now)
            time.sleep(0.01)
        if lease.renew():
            storage.write_bytes(f"{self.folder}/done/{unit}", b"1", if_absent=True)
            self.note("done", unit, clock())


def work(
    emulator: str | None, folder: str, log: str, units: int, first: int, held_s: float
) -> None:
    if emulator:  # the process that this one is forked from knows of none
        os.environ["STORAGE_EMULATOR_HOST"] = emulator
    Worker(folder, log, units).work(first, held_s)
