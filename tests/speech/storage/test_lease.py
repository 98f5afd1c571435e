"""Leases: one holder of a name at a time, whoever stops, dies or wakes late."""

import fcntl
import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from speech import storage
from speech.errors import InputError
from speech.storage import lease as lease_module
from speech.storage import lease_records
from speech.storage.lease import Leases
from speech.storage.lease_records import Record, Token
from tests.speech.storage.faulty_gcs import FaultyGcs, faulty_gcs
from tests.speech.storage.lease_clock import TTL_S, Clock, expired, held
from tests.speech.storage.lease_worker import FOREVER_S, work

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["google.cloud.storage", "tests.speech.storage.lease_worker"])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lease_module, "clock", clock)
    return clock


@pytest.fixture
def server(gcs_bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyGcs]:
    with faulty_gcs(os.environ["STORAGE_EMULATOR_HOST"]) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        yield server


@pytest.fixture(params=["local", "gcs"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    request.getfixturevalue("server")
    return f"{request.getfixturevalue('gcs_bucket')}/leases"


def test_one_holder_until_it_gives_it_back(folder: str, clock: Clock) -> None:
    path = f"{folder}/a"
    mine, theirs = Leases("me", TTL_S), Leases("they", TTL_S)
    with held(mine.acquire(path)) as lease:
        assert not lease.lost
        assert theirs.acquire(path) is None
        assert mine.acquire(path) is None
        assert json.loads(storage.read_bytes(path))["holder"] == "me"
        assert theirs.acquire(f"{folder}/b") is not None, "another name is free"
    assert lease.lost
    assert not storage.list_files(folder).get("a")
    assert theirs.acquire(path) is not None


def test_a_renewed_lease_does_not_expire(folder: str, clock: Clock) -> None:
    lease, observer = held(Leases("me", TTL_S).acquire(f"{folder}/a")), Leases("they", TTL_S)
    for _ in range(10):
        assert observer.acquire(f"{folder}/a") is None
        clock.now_s += TTL_S / 2
        assert lease.renew()
    assert not lease.lost


def test_one_that_is_not_renewed_is_taken_over_by_the_observers_clock(
    folder: str, clock: Clock
) -> None:
    path, observer = f"{folder}/a", Leases("they", TTL_S)
    held(Leases("dead", TTL_S).acquire(path))
    clock.now_s += 100 * TTL_S
    assert observer.acquire(path) is None, "seen for the first time"
    clock.now_s += TTL_S * 0.99
    assert observer.acquire(path) is None
    clock.now_s += TTL_S * 0.01
    assert observer.acquire(path) is not None
    assert json.loads(storage.read_bytes(path))["holder"] == "they"


def test_who_wakes_late_knows_and_writes_nothing(folder: str, clock: Clock) -> None:
    path, observer = f"{folder}/a", Leases("they", TTL_S)
    late = held(Leases("late", TTL_S).acquire(path))
    expired(clock, path, observer)
    assert late.lost, "by its own clock, without asking"
    winner = held(observer.acquire(path))
    before = storage.read_bytes(path)
    assert not late.renew()
    assert storage.read_bytes(path) == before
    assert winner.renew()


def test_who_wakes_late_gives_nothing_back(folder: str, clock: Clock) -> None:
    path, observer = f"{folder}/a", Leases("they", TTL_S)
    late = held(Leases("late", TTL_S).acquire(path))
    expired(clock, path, observer)
    winner = held(observer.acquire(path))
    late.release()
    assert winner.renew()
    assert late.lost


def test_who_wakes_late_and_is_not_replaced_goes_on(folder: str, clock: Clock) -> None:
    path, observer = f"{folder}/a", Leases("they", TTL_S)
    late = held(Leases("late", TTL_S).acquire(path))
    expired(clock, path, observer)
    assert late.lost
    assert late.renew()
    assert not late.lost
    assert observer.acquire(path) is None, "whose clock begins anew"


def test_of_many_that_take_over_one_wins(folder: str, clock: Clock) -> None:
    observers = [Leases(str(i), TTL_S) for i in range(8)]
    for name in ("expired", "free"):
        path = f"{folder}/{name}"
        if name == "expired":
            held(Leases("dead", TTL_S).acquire(path))
            assert not any(observer.acquire(path) for observer in observers)
            clock.now_s += TTL_S
        with ThreadPoolExecutor(8) as pool:
            won = [*pool.map(lambda o, path=path: o.acquire(path), observers)]
        assert sum(lease is not None for lease in won) == 1


def test_nobody_takes_over_what_was_renewed_after_the_look(
    folder: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The condition of the write alone stands between: each of both saw itself in the right."""
    path, observer = f"{folder}/a", Leases("they", TTL_S)
    lease = held(Leases("me", TTL_S).acquire(path))
    expired(clock, path, observer)
    look = Leases._has_expired

    def renewed_after(leases: Leases, *seen: object) -> bool:
        has = look(leases, *seen)
        assert lease.renew()
        return has

    monkeypatch.setattr(Leases, "_has_expired", renewed_after)
    assert observer.acquire(path) is None
    assert not lease.lost
    assert lease.renew()


def test_a_look_counts_from_its_end(
    folder: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an outage kept back for as long as a lease lasts may have been written a moment ago."""
    path, observer, find = f"{folder}/a", Leases("they", TTL_S), lease_module.record_at
    lease = held(Leases("me", TTL_S).acquire(path))

    def far_away(path: storage.Location) -> Record:
        record = find(path)
        look = record.token

        def late() -> Token | None:
            clock.now_s += TTL_S
            assert lease.renew()
            return look()

        monkeypatch.setattr(record, "token", late)
        return record

    with monkeypatch.context() as patch:
        patch.setattr(lease_module, "record_at", far_away)
        assert observer.acquire(path) is None
    assert observer.acquire(path) is None
    assert not lease.lost


def test_a_renewal_counts_from_its_beginning(
    folder: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may have seen it as soon as it was sent, however late the reply comes."""
    lease = held(Leases("me", TTL_S).acquire(f"{folder}/a"))
    swap = lease._record.swap

    def late(seen: Token | None, content: bytes, outage_s: float) -> Token | None:
        token = swap(seen, content, outage_s)
        clock.now_s += TTL_S / 2
        return token

    with monkeypatch.context() as patch:
        patch.setattr(lease._record, "swap", late)
        assert lease.renew()
    clock.now_s += TTL_S / 2
    assert lease.lost


def test_a_process_that_stopped_within_the_lock_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(lease_records, "BUSY_S", 0.05)
    lease = held(Leases("me", TTL_S).acquire(tmp_path / "a"))
    stopped = os.open(tmp_path / "a", os.O_RDWR)
    fcntl.flock(stopped, fcntl.LOCK_EX)
    assert lease.renew(), "it is still ours, though it could not be renewed"
    clock.now_s += TTL_S
    assert lease.lost
    os.close(stopped)
    assert lease.renew()


def test_local_files_that_are_empty_gone_or_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "killed").touch()
    assert Leases("me", TTL_S).acquire(tmp_path / "killed") is not None
    lease = held(Leases("me", TTL_S).acquire(tmp_path / "folder" / "a"))
    (tmp_path / "folder" / "a").unlink()
    (tmp_path / "folder").rmdir()
    assert not lease.renew()
    assert not (tmp_path / "folder").exists(), "what was cleared away is not made again"
    with pytest.raises(InputError, match="Not a directory"):
        Leases("me", TTL_S).acquire(tmp_path / "killed" / "x")


def test_a_lease_is_renewed_while_its_block_runs(folder: str) -> None:
    with held(Leases("me", 0.6).acquire(f"{folder}/a")) as lease:
        first = storage.read_bytes(f"{folder}/a")
        wait_for(lambda: storage.read_bytes(f"{folder}/a") not in (first, b""))
        assert not lease._taken


def wait_for(reached: Callable[[], bool]) -> None:
    given_up = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < given_up
        time.sleep(0.02)


def test_eight_processes_one_stopped_one_killed(folder: str, tmp_path: Path) -> None:
    """Each unit is done once, and at no time do two processes hold the same one."""
    log, units = tmp_path / "log", 24
    log.touch()

    def notes(what: str) -> list[dict]:
        return [note for line in log.open() if (note := json.loads(line))["what"] == what]

    def held_by(pid: int | None) -> int:
        return sum(note["pid"] == pid for note in notes("held"))

    emulator = os.environ.get("STORAGE_EMULATOR_HOST")
    processes = [
        PROCESSES.Process(target=work, args=(emulator, folder, str(log), units, 3 * i, held_s))
        for i, held_s in enumerate([FOREVER_S] * 2 + [0.05] * 6)
    ]
    for process in processes:
        process.start()
    stopped, killed = processes[:2]
    try:
        wait_for(lambda: held_by(stopped.pid) > 3 and held_by(killed.pid) > 3)
        os.kill(stopped.pid, signal.SIGSTOP)
        os.kill(killed.pid, signal.SIGKILL)
        wait_for(lambda: len(notes("done")) >= units)
        os.kill(stopped.pid, signal.SIGCONT)
        for process in processes:
            process.join(60)
    finally:
        for process in processes:
            process.kill()
    assert [p.exitcode for p in processes] == [0, -signal.SIGKILL, *[0] * 6]
    assert Counter(note["unit"] for note in notes("done")) == Counter(range(units))
    assert [note["pid"] for note in notes("lost")] == [stopped.pid]
    assert not notes("renewed")
    check_that_none_overlap(notes("held"))


def check_that_none_overlap(holds: list[dict]) -> None:
    spans: dict[tuple[int, int], list[float]] = {}
    for note in holds:
        spans.setdefault((note["unit"], note["pid"]), []).append(note["at"])
    for unit in {unit for unit, _ in spans}:
        times = sorted((min(at), max(at)) for (u, _), at in spans.items() if u == unit)
        for (_, ended), (began, _) in pairwise(times):
            assert ended < began, f"two processes held unit {unit}"
