"""Storage that is busy or away, for a moment or for good: the same content, or one clear line."""

import hashlib
import io
from pathlib import Path

import pytest
from google.api_core.exceptions import RetryError
from google.auth.exceptions import RefreshError, TransportError

from speech import config, storage
from speech.errors import InputError, Unavailable
from speech.storage import gcs_client
from tests.speech.storage.faulty_gcs import (
    BIG,
    SMALL,
    Call,
    FaultyGcs,
    SleeplessClock,
    scratch,
    share_of,
)


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
