"""A whole run into a bucket whose server fails on purpose: the same files, or one clear line."""

import hashlib
import os
import random
from collections.abc import Iterator

import pytest
from fakes import fake_config, in_child, synth_fake, write_corpus

from speech import storage
from speech.errors import Unavailable
from tests.speech.storage.faulty_gcs import (
    Call,
    Choose,
    FaultyGcs,
    faulty_gcs,
    share_of,
    without_waiting,
)

LINES = 40
SETTINGS = ("dataset.shards=2", "runner.workers=2")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.txt", LINES)


@pytest.fixture(scope="module")
def expected(corpus: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of a run on this machine, without a server."""
    output = str(tmp_path_factory.mktemp("local") / "dataset")
    assert in_child(synth_fake, fake_config(output, corpus, *SETTINGS)) == 0
    return hashes(output)


@pytest.fixture
def server(gcs_bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyGcs]:
    with faulty_gcs(os.environ["STORAGE_EMULATOR_HOST"]) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        yield server


def synth_without_waiting(emulator: str, output: str, corpus: str, *more: str) -> int:
    """In a child, which is forked from one that knows of no emulator."""
    os.environ["STORAGE_EMULATOR_HOST"] = emulator
    random.seed(1)  # the waits are drawn from it
    without_waiting(setattr)
    return synth_fake(fake_config(output, corpus, *SETTINGS, *more))


def hashes(output: str) -> dict[str, str]:
    return {
        f"{folder}/{name}": hashlib.sha256(
            storage.read_bytes(storage.join(output, folder, name))
        ).hexdigest()
        for folder in ("data", "rejected")
        for name in storage.list_files(storage.join(output, folder))
    }


@pytest.mark.parametrize(
    "percent", [*(pytest.param(few, marks=pytest.mark.long) for few in (1, 10)), 30]
)
def test_the_same_files_at_a_share_of_faults(
    percent: int, server: FaultyGcs, gcs_bucket: str, corpus: str, expected: dict[str, str]
) -> None:
    server.choose = share_of(percent, seed=2)
    output = f"{gcs_bucket}/dataset"
    assert in_child(synth_without_waiting, server.url, output, corpus) == 0
    server.choose = lambda call: None
    assert server.met.total() > 0, "faults were met"
    assert hashes(output) == expected


def test_outages_at_leases_end_no_launch(
    server: FaultyGcs, gcs_bucket: str, corpus: str, expected: dict[str, str]
) -> None:
    """Each is longer than a lease lasts: at taking one, and at asking whether it is still held."""

    def choose(call: Call) -> str | None:
        return "503" if call.name.endswith(".lease") and call.is_write and call.number % 9 else None

    server.choose = choose
    output, lease = f"{gcs_bucket}/dataset", ("runner=lease", "runner.lease_s=6")
    assert in_child(synth_without_waiting, server.url, output, corpus, *lease) == 0
    server.choose = lambda call: None
    assert server.met["503"] > 20
    assert hashes(output) == expected


@pytest.mark.slow
def test_a_write_that_fails_for_good_is_one_line_and_the_next_run_goes_on(
    server: FaultyGcs, gcs_bucket: str, corpus: str, expected: dict[str, str]
) -> None:
    """The 1st, 4th, 16th ... object that a run writes; each run goes on from the one before."""
    output, failures, nth = f"{gcs_bucket}/dataset", 0, 1
    while True:
        server.choose = failing(nth)
        try:
            assert in_child(synth_without_waiting, server.url, output, corpus) == 0
            break
        except Unavailable as failure:
            said = str(failure)
        assert said.startswith("cannot ")
        assert "tried for 10 minutes" in said
        assert "\n" not in said
        failures, nth = failures + 1, nth * 4
    assert failures >= 3
    server.choose = lambda call: None
    assert hashes(output) == expected


def failing(nth: int) -> Choose:
    """The `nth` object that is written cannot be, however often it is tried."""
    written: list[str] = []

    def choose(call: Call) -> str | None:
        if not call.is_write:
            return None
        if call.name not in written:
            written.append(call.name)
        return "503" if written.index(call.name) + 1 == nth else None

    return choose
