"""Leases where the storage is away: sat out by who asks, and counted by the holder's own clock."""

import pytest

from speech.errors import Unavailable
from speech.storage import lease as lease_module
from speech.storage.lease import BEATS, Leases
from tests.speech.storage.faulty_gcs import Call, Choose, FaultyGcs, SleeplessClock
from tests.speech.storage.lease_clock import TTL_S, Clock, expired, held


@pytest.fixture
def lease_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lease_module, "clock", clock)
    return clock


def away_for(clock: Clock, name: str, tries: int, seconds: float) -> Choose:
    """An outage of a minute and more, as the waits of the client are drawn; `clock` sees it too."""

    def choose(call: Call) -> str | None:
        if (call.name, call.kind) != (name, "upload") or call.number >= tries:
            return None
        clock.now_s += seconds / tries
        return "503"

    return choose


def test_an_outage_is_sat_out_by_who_takes_and_who_publishes(
    gcs_bucket: str, server: FaultyGcs, clock: SleeplessClock, lease_clock: Clock
) -> None:
    """Though it is longer than a lease lasts; what nobody has taken over is still its holder's."""
    server.choose = away_for(lease_clock, "a", 12, 2 * TTL_S)
    lease = held(Leases("me", TTL_S).acquire(f"{gcs_bucket}/a"))
    assert clock.now_s > TTL_S
    assert not lease.lost, "it is renewed once more"
    server.calls.clear()
    assert lease.renew()
    assert server.met["503"] == 24


def test_who_was_taken_over_in_an_outage_knows_when_it_ends(
    gcs_bucket: str, server: FaultyGcs, lease_clock: Clock
) -> None:
    path, observer = f"{gcs_bucket}/a", Leases("they", TTL_S)
    late = held(Leases("late", TTL_S).acquire(path))
    expired(lease_clock, path, observer)
    held(observer.acquire(path))
    server.calls.clear()
    server.choose = away_for(lease_clock, "a", 12, 0)
    assert not late.renew()


def test_an_outage_ends_a_lease_by_its_own_clock(
    gcs_bucket: str, server: FaultyGcs, lease_clock: Clock
) -> None:
    lease = held(Leases("me", TTL_S).acquire(f"{gcs_bucket}/a"))
    server.choose = lambda call: "503"
    lease_clock.now_s += TTL_S - 1
    with pytest.raises(Unavailable, match="tried for 10 minutes"):
        lease.renew()
    with pytest.raises(Unavailable, match="tried for 20 seconds"):
        lease.renew(TTL_S / BEATS)
    assert not lease.lost
    lease_clock.now_s += 1
    assert lease.lost
    lease.release()


def test_a_renewal_whose_reply_was_lost_is_our_own(
    gcs_bucket: str, server: FaultyGcs, lease_clock: Clock
) -> None:
    lease = held(Leases("me", TTL_S).acquire(f"{gcs_bucket}/a"))
    server.choose = lambda call: "dropped" if call.kind == "upload" else "503"
    with pytest.raises(Unavailable):
        lease.renew()
    server.choose = lambda call: None
    assert lease.renew()
    assert not lease.lost
