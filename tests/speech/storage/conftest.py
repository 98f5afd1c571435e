"""A storage server that fails on purpose, and a clock that does not wait for it."""

import os
import random
from collections.abc import Iterator

import pytest

from tests.speech.storage.faulty_gcs import (
    FaultyGcs,
    SleeplessClock,
    faulty_gcs,
    without_waiting,
)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SleeplessClock:
    random.seed(1)  # the waits are drawn from it
    return without_waiting(monkeypatch.setattr)


@pytest.fixture
def server(
    gcs_bucket: str, clock: SleeplessClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaultyGcs]:
    with faulty_gcs(os.environ["STORAGE_EMULATOR_HOST"]) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        yield server
