"""What is read is whole, or the failure is one clear line."""

import random
from pathlib import Path

import pytest
from google.cloud.storage import Blob
from requests.exceptions import ChunkedEncodingError

from speech import storage
from speech.errors import InputError, Unavailable
from tests.speech.storage.faulty_gcs import (
    SMALL,
    FaultyGcs,
)


def test_a_download_that_is_damaged_is_not_kept(
    server: FaultyGcs, gcs_bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = f"{gcs_bucket}/x"
    storage.write_bytes(path, SMALL)
    real = server.forward

    def flip(method: str, target: str, body: bytes, headers: dict[str, str]) -> tuple:
        status, content, told = real(method, target, body, headers)
        return status, content.replace(b"lines", b"mines"), told

    monkeypatch.setattr(server, "forward", flip)
    with pytest.raises(Unavailable, match="damaged"):
        storage.local_path(path)
    assert not list((tmp_path / "tts-distill").iterdir())


def test_an_error_whose_body_is_cut(server: FaultyGcs, gcs_bucket: str) -> None:
    """The library reads that body where it no longer tries again."""
    server.choose = lambda call: "cut" if call.kind == "media" and call.number < 2 else None
    with pytest.raises(InputError, match="no such object"):
        storage.read_bytes(f"{gcs_bucket}/missing")
    assert server.calls["GET", "missing", "media"] == 3


def test_a_stream_goes_on_where_it_was(
    server: FaultyGcs, gcs_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though what the library had in its buffer is lost with a read that fails."""
    monkeypatch.setattr("google.cloud.storage.fileio.DEFAULT_CHUNK_SIZE", 1000)
    path, content = f"{gcs_bucket}/x", random.Random(2).randbytes(9000)
    storage.write_bytes(path, content)
    real, calls = Blob.download_as_bytes, []

    def every_other(blob: Blob, **range_of: object) -> bytes:
        calls.append(blob)
        if len(calls) % 2:
            raise ChunkedEncodingError("the body of an error is cut")
        return bytes(real(blob, **range_of))

    monkeypatch.setattr(Blob, "download_as_bytes", every_other)
    with storage.open_input(path) as stream:
        pieces = [stream.read(700) for _ in range(13)]
    assert b"".join(pieces) == content


def test_an_object_replaced_while_it_is_read_is_one_line(
    server: FaultyGcs, gcs_bucket: str
) -> None:
    path = f"{gcs_bucket}/x"
    storage.write_bytes(path, SMALL)
    with storage.open_input(path) as stream:
        server.choose = lambda call: "404" if call.kind == "media" else None
        with pytest.raises(InputError, match="no such object"):
            stream.read(10)
        server.choose = lambda call: "503" if call.kind == "media" else None
        with pytest.raises(Unavailable, match="tried for 10 minutes"):
            stream.read(10)
