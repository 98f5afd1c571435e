"""What tests of leases share: time that passes when they say so, and observers."""

from speech.storage.lease import Lease, Leases

TTL_S = 60.0


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def held(lease: Lease | None) -> Lease:
    assert lease is not None
    return lease


def expired(clock: Clock, path: str, observer: Leases) -> None:
    """Let an observer see one content for as long as a lease lasts."""
    assert observer.acquire(path) is None
    clock.now_s += TTL_S
