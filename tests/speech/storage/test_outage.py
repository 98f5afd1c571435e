"""Storage that is busy, drops replies, cuts connections: the same content, or one clear line."""

import hashlib
import io
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.api_core.exceptions import RetryError
from google.auth.exceptions import RefreshError, TransportError
from google.cloud.storage import Blob
from requests.exceptions import ChunkedEncodingError

from speech import config, storage
from speech.errors import InputError, Unavailable
from speech.storage import gcs_client, gcs_upload
from tests.speech.storage.faulty_gcs import (
    Call,
    FaultyGcs,
    SleeplessClock,
    faulty_gcs,
    share_of,
    without_waiting,
)

BIG = random.Random(1).randbytes(12 << 20)
SMALL = b"some lines\n" * 5000


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


def once(fault: str, kind: str, method: str = "") -> object:
    """This fault for the first call of this kind on each object."""

    def choose(call: Call) -> str | None:
        wanted = call.kind == kind and call.method.startswith(method) and call.number == 0
        return fault if wanted else None

    return choose


def scratch(tmp_path: Path, content: bytes) -> Path:
    local = tmp_path / "finished"
    local.write_bytes(content)
    return local


@pytest.mark.parametrize("percent", [1, 10, 30])
def test_every_verb_at_a_share_of_faults(
    percent: int, server: FaultyGcs, gcs_bucket: str, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    server.choose = share_of(percent, seed=2)
    for number in range(2):
        folder = f"{gcs_bucket}/{number}"
        for name, content in (("a", SMALL), ("b", BIG)):
            path = f"{folder}/{name}"
            assert not storage.exists(path)
            seen = storage.generation(path)
            stamp = storage.publish(scratch(tmp_path, content), path, seen)
            assert not (tmp_path / "finished").exists()
            assert stamp.sha256 == hashlib.sha256(content).hexdigest()
            assert storage.fingerprint(path) == f"{stamp.bytes}:{stamp.crc32c}"
            assert storage.read_bytes(path) == content
            assert storage.local_path(path).read_bytes() == content
            with storage.open_input(path) as stream:
                stream.seek(1000)
                assert stream.read(5000) == content[1000:6000]
                stream.seek(-10, io.SEEK_END)
                assert stream.read() == content[-10:]
        assert storage.write_bytes(f"{folder}/c", SMALL)
        assert storage.write_bytes(f"{folder}/c", SMALL, if_absent=True)
        assert not storage.write_bytes(f"{folder}/c", b"other", if_absent=True)
        assert set(storage.list_files(folder)) == storage.list_names(folder) == {"a", "b", "c"}
        assert len(storage.glob(f"{folder}/*")) == 3
        storage.delete(f"{folder}/b")
        assert not storage.exists(f"{folder}/b")
    for number in range(40):
        path = f"{gcs_bucket}/many/{number}"
        assert storage.write_bytes(path, SMALL)
        assert storage.read_bytes(path) == SMALL
        storage.delete(path)
    assert server.met.total() > 0, "faults were met"


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


def test_a_deletion_whose_reply_was_lost_spares_what_came_after(
    server: FaultyGcs, gcs_bucket: str
) -> None:
    path = f"{gcs_bucket}/x"
    storage.write_bytes(path, b"old")

    def drop(call: Call) -> str | None:
        if (call.method, call.number) == ("DELETE", 1):  # before the request is sent again
            server.choose = lambda call: None
            storage.write_bytes(path, b"new")
        return "dropped" if (call.method, call.number) == ("DELETE", 0) else None

    server.choose = drop
    storage.delete(path)
    assert storage.read_bytes(path) == b"new"


def test_an_outage_is_sat_out_for_minutes(
    server: FaultyGcs, gcs_bucket: str, clock: SleeplessClock
) -> None:
    """With waits that grow, and no longer than the time allowed."""
    server.choose = lambda call: "503" if call.number < 12 else None
    assert storage.write_bytes(f"{gcs_bucket}/x", SMALL)
    assert server.calls["POST", "x", "upload"] == 13
    assert 60 < clock.now_s < gcs_client.OUTAGE_S


@pytest.mark.parametrize("fault", ["503", "refused"])
def test_what_fails_for_good_is_one_line_and_the_file_is_kept(
    fault: str, server: FaultyGcs, gcs_bucket: str, tmp_path: Path, clock: SleeplessClock
) -> None:
    server.choose = lambda call: fault
    path, local = f"{gcs_bucket}/x", scratch(tmp_path, BIG)
    for call in (
        lambda: storage.publish(local, path, seen=0),
        lambda: storage.write_bytes(path, SMALL),
        lambda: storage.read_bytes(path),
        lambda: storage.open_input(path),
        lambda: storage.exists(path),
        lambda: storage.list_files(gcs_bucket),
        lambda: storage.glob(f"{gcs_bucket}/*"),
        lambda: storage.delete(path),
    ):
        started = clock.now_s
        with pytest.raises(Unavailable, match="tried for 10 minutes") as failure:
            call()
        assert "\n" not in str(failure.value)
        assert 540 < clock.now_s - started <= gcs_client.OUTAGE_S == 600
    assert local.read_bytes() == BIG
    server.choose = lambda call: None
    storage.publish(local, path, seen=0)
    assert storage.read_bytes(path) == BIG


def test_a_command_ends_with_that_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(config, "load_config", lambda *_: config.Config())

    def main(_: config.Config) -> int:
        raise Unavailable("cannot read 'gs://b/x': tried [while running 'Speak, judge, write']")

    assert config.run_app(config.Config, "align", main, []) == 2
    assert capsys.readouterr().err == "error: cannot read 'gs://b/x': tried\n"


def test_every_nth_write_failing_for_good_then_the_same(server: FaultyGcs, gcs_bucket: str) -> None:
    contents = {f"{gcs_bucket}/{i}": f"content {i}".encode() * 100 for i in range(12)}
    for n in range(1, 5):
        server.choose = lambda call, n=n: (
            "403" if call.is_write and int(call.name) % n == 0 else None
        )
        refused = 0
        for path, content in contents.items():
            try:
                storage.write_bytes(path, content)
            except InputError:
                refused += 1
        assert refused == len(range(0, 12, n))
        server.choose = lambda call: None
        for path, content in contents.items():
            assert storage.write_bytes(path, content, if_absent=True)
        assert all(storage.read_bytes(path) == content for path, content in contents.items())
        for path in contents:
            storage.delete(path)


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


def test_a_token_that_cannot_be_had_just_now_is_asked_for_again(clock: SleeplessClock) -> None:
    """As on Google's machines, whose metadata server is out for a moment."""
    unreachable = RefreshError("metadata server")
    unreachable.__cause__ = TransportError("timed out")
    for error, tries in ((unreachable, 3), (RefreshError("revoked"), 1)):
        calls = []

        def ask(error: Exception = error, calls: list[int] = calls) -> str:
            calls.append(1)
            if len(calls) < 3:
                raise error
            return "token"

        try:
            assert gcs_client.retry()(ask)() == "token"
        except RefreshError:
            assert error is not unreachable
        assert len(calls) == tries
    with pytest.raises(RetryError):
        gcs_client.retry().with_timeout(5)(lambda: (_ for _ in ()).throw(unreachable))()
