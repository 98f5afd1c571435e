"""An upload whose requests fail, whose replies are lost or whose session is: stored once, and whole."""

from pathlib import Path

import pytest
from google.cloud.storage import Blob

from speech import storage
from speech.storage import gcs_upload
from tests.speech.storage.faulty_gcs import (
    BIG,
    SMALL,
    FaultyGcs,
    once,
    scratch,
)


@pytest.mark.parametrize("fault", ["408", "429", "500", "502", "503", "504", "dropped", "cut"])
@pytest.mark.parametrize("content", [SMALL, BIG], ids=["one request", "resumable"])
def test_an_upload_meets_each_fault_at_each_request(
    fault: str, content: bytes, server: FaultyGcs, gcs_bucket: str, tmp_path: Path
) -> None:
    kinds = ("session", "chunk") if content is BIG else ("upload",)
    for number, kind in enumerate(kinds):
        server.choose = once(fault, kind)
        path = f"{gcs_bucket}/{number}"
        storage.publish(scratch(tmp_path, content), path, seen=0)
        server.choose = lambda call: None
        assert storage.read_bytes(path) == content
    assert server.met[fault] == len(kinds)


def test_chunks_that_are_cut_and_sent_again(
    server: FaultyGcs, gcs_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each, the server has kept a part."""
    monkeypatch.setattr(gcs_upload, "CHUNK_BYTES", 1 << 20)
    server.choose = lambda call: "cut" if call.kind == "chunk" and call.number % 2 == 0 else None
    path = f"{gcs_bucket}/x"
    assert storage.write_bytes(path, BIG, if_absent=True)
    assert server.met["cut"] == 12
    server.choose = lambda call: None
    assert storage.read_bytes(path) == BIG


@pytest.mark.parametrize("fault", ["404", "410"])
def test_a_session_that_the_server_forgot_begins_anew(
    fault: str, server: FaultyGcs, gcs_bucket: str
) -> None:
    server.choose = once(fault, "chunk")
    assert storage.write_bytes(f"{gcs_bucket}/x", BIG, if_absent=True)
    assert len(server.sessions) == 2
    server.choose = lambda call: None
    assert storage.read_bytes(f"{gcs_bucket}/x") == BIG


def test_a_false_412_is_our_own_success(server: FaultyGcs, gcs_bucket: str, tmp_path: Path) -> None:
    """The server stored it and its reply is lost; the second try meets the first."""
    for number, (content, kind) in enumerate(((SMALL, "upload"), (BIG, "chunk"))):
        server.choose = once("dropped", kind)
        path = f"{gcs_bucket}/{number}"
        storage.publish(scratch(tmp_path, content), path, seen=0)
        if content is BIG:  # the session's reply comes late, but the session itself is gone
            server.choose = lambda call: "412" if call.kind == "chunk" else None
            storage.publish(scratch(tmp_path, content), path, storage.generation(path))
        server.choose = lambda call: None
        assert storage.read_bytes(path) == content


@pytest.mark.parametrize("content", [SMALL, BIG], ids=["one request", "resumable"])
def test_a_true_412_is_another_writer(
    content: bytes, server: FaultyGcs, gcs_bucket: str, tmp_path: Path
) -> None:
    path = f"{gcs_bucket}/x"
    storage.write_bytes(path, b"theirs")
    local = scratch(tmp_path, content)
    with pytest.raises(RuntimeError, match="another worker"):
        storage.publish(local, path, seen=0)
    assert local.exists()
    assert storage.read_bytes(path) == b"theirs"


@pytest.mark.parametrize("content", [SMALL, BIG], ids=["one request", "resumable"])
def test_stored_but_never_confirmed_counts_once_it_is_found(
    content: bytes, server: FaultyGcs, gcs_bucket: str, tmp_path: Path
) -> None:
    """All replies to the upload are lost; what is stored is looked at before it is given up."""
    server.choose = lambda call: "dropped" if call.kind in ("upload", "chunk") else None
    local = scratch(tmp_path, content)
    storage.publish(local, f"{gcs_bucket}/x", seen=0)
    assert not local.exists()


def test_damaged_in_storage_is_sent_again(
    server: FaultyGcs, gcs_bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["AAAAAA=="])
    real = Blob.crc32c.fget
    monkeypatch.setattr(Blob, "crc32c", property(lambda blob: next(answers, real(blob))))
    path = f"{gcs_bucket}/x"
    assert storage.write_bytes(path, SMALL)
    assert server.calls["POST", "x", "upload"] == 2
