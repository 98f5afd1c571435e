"""A small file that changes hands, on a local disk: what is between the look at it and the write."""

from pathlib import Path

import pytest

from speech.storage import lease_records
from speech.storage.lease_records import LocalRecord, Token


def test_whoever_comes_between_a_look_and_its_write_is_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_records, "BUSY_S", 0.05)
    path, look = tmp_path / "a", lease_records._content
    mine, theirs = LocalRecord(path), LocalRecord(path)
    first = mine.swap(None, b"first", 0)
    assert first is not None
    written: list[Token | None] = []

    def looked_at(descriptor: int) -> bytes | None:
        monkeypatch.setattr(lease_records, "_content", look)
        content = look(descriptor)
        written.append(theirs.swap(first, b"theirs", 0))
        return content

    monkeypatch.setattr(lease_records, "_content", looked_at)
    assert mine.swap(first, b"mine", 0) == b"mine"
    assert written == [None]
    assert path.read_bytes() == b"mine"


def test_a_file_that_was_replaced_before_it_was_locked_is_not_the_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its holder gave it back, and another took it: the open file has no name any more."""
    path, lock = tmp_path / "a", lease_records.try_lock
    record = LocalRecord(path)
    first = record.swap(None, b"first", 0)

    def late(descriptor: int) -> bool:
        monkeypatch.setattr(lease_records, "try_lock", lock)
        path.unlink()
        path.write_bytes(b"theirs")
        return lock(descriptor)

    monkeypatch.setattr(lease_records, "try_lock", late)
    assert record.swap(first, b"mine", 0) is None
    assert path.read_bytes() == b"theirs"
