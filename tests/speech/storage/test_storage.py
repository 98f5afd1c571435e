import errno
import hashlib
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from speech import storage
from speech.errors import InputError
from speech.storage import gcs_client

CRC_OF_HELLO = "5:mnG7TA=="  # gsutil hash -c


@pytest.fixture(params=["local", "gcs"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "folder")
    return storage.join(request.getfixturevalue("gcs_bucket"), "folder")


def test_join() -> None:
    assert storage.join("gs://b/out/", "data", "x.parquet") == "gs://b/out/data/x.parquet"
    assert storage.join("/", "x") == "/x"
    assert storage.join(Path("out"), "_shards/run.json") == "out/_shards/run.json"


def test_round_trip(folder: str) -> None:
    path = storage.join(folder, "deep/a.txt")
    assert not storage.exists(path)
    assert storage.write_bytes(path, b"hello")
    assert storage.exists(path)
    assert storage.read_bytes(path) == b"hello"
    assert storage.fingerprint(path) == CRC_OF_HELLO
    with storage.open_input(path) as stream:
        assert stream.seekable()
        stream.seek(-2, io.SEEK_END)
        assert stream.read() == b"lo"
        stream.seek(0)
        assert stream.read(2) == b"he"
    storage.write_bytes(path, b"other")
    assert storage.read_bytes(path) == b"other"
    storage.delete(path)
    storage.delete(path)
    assert not storage.exists(path)


def test_a_range_is_read_and_ends_with_the_file(folder: str) -> None:
    path = storage.join(folder, "ten.txt")
    storage.write_bytes(path, b"0123456789")
    assert storage.read_range(path, 3, 7) == b"3456"
    assert storage.read_range(path, 8, 20) == b"89"


def test_glob_and_list(folder: str) -> None:
    for name in ("b.txt", "a.txt", "c.csv", "sub/d.txt", "sub/deep/e.txt"):
        storage.write_bytes(storage.join(folder, name), name.encode())

    def names(pattern: str) -> list[str]:
        return [
            path.removeprefix(folder + "/") for path in storage.glob(storage.join(folder, pattern))
        ]

    assert names("*.txt") == ["a.txt", "b.txt"]
    assert names("?.[ct]*") == ["a.txt", "b.txt", "c.csv"]
    assert names("[!ab].*") == ["c.csv"]
    assert names("*/d.txt") == ["sub/d.txt"]
    assert names("**/*.txt") == ["a.txt", "b.txt", "sub/d.txt", "sub/deep/e.txt"]
    assert names("a.txt") == ["a.txt"]
    assert storage.list_files(folder) == {"a.txt": 5, "b.txt": 5, "c.csv": 5}
    assert storage.list_files(storage.join(folder, "nothing")) == {}


@pytest.mark.parametrize("name", ["missing.txt", "*.nothing"])
def test_glob_without_a_match_names_the_pattern(folder: str, name: str) -> None:
    pattern = storage.join(folder, name)
    with pytest.raises(InputError, match="no file matches") as refused:
        storage.glob(pattern)
    assert pattern in str(refused.value)


@pytest.mark.parametrize(
    "read", [storage.open_input, storage.read_bytes, storage.fingerprint, storage.local_path]
)
def test_missing_file_is_one_line(folder: str, read) -> None:
    path = storage.join(folder, "missing.bin")
    with pytest.raises(InputError) as refused:
        read(path)
    assert path in str(refused.value)
    assert "\n" not in str(refused.value)


def test_if_absent_has_one_winner(folder: str) -> None:
    path = storage.join(folder, "run.json")
    payloads = [f"worker {worker}".encode() for worker in range(8)]
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda data: storage.write_bytes(path, data, if_absent=True), payloads))
    assert won.count(True) == 1
    winner = payloads[won.index(True)]
    assert storage.read_bytes(path) == winner
    assert storage.write_bytes(path, winner, if_absent=True), "equal content counts as written"
    assert storage.list_files(folder) == {"run.json": len(winner)}


def test_publish_replaces(folder: str, tmp_path: Path) -> None:
    path = storage.join(folder, "data/x.bin")
    for content in (b"old", b"new content"):
        finished = tmp_path / "finished"
        finished.write_bytes(content)
        stamp = storage.publish(finished, path)
        assert not finished.exists()
        assert storage.read_bytes(path) == content
        assert f"{stamp.bytes}:{stamp.crc32c}" == storage.fingerprint(path)
        assert stamp.sha256 == hashlib.sha256(content).hexdigest()


def test_publish_loses_to_a_newer_generation(gcs_bucket: str, tmp_path: Path) -> None:
    path, mine = f"{gcs_bucket}/x.bin", tmp_path / "mine"
    seen = storage.generation(path)
    assert seen == 0
    storage.write_bytes(path, b"theirs")
    mine.write_bytes(b"mine")
    with pytest.raises(RuntimeError, match="another worker"):
        storage.publish(mine, path, seen)
    assert storage.read_bytes(path) == b"theirs"
    mine.write_bytes(b"theirs")
    assert storage.publish(mine, path, seen).bytes == 6, "equal content counts as written"
    mine.write_bytes(b"mine")
    storage.publish(mine, path, storage.generation(path))
    assert storage.read_bytes(path) == b"mine"


def test_upload_whose_reply_was_lost(gcs_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server stored it, the reply never came: the library's second try meets a 412."""
    from google.cloud.storage import Blob

    upload = Blob.upload_from_file

    def twice(blob: Blob, stream: io.BytesIO, **precondition: int) -> None:
        upload(blob, stream, **precondition)
        upload(blob, stream, **precondition)

    monkeypatch.setattr(Blob, "upload_from_file", twice)
    assert storage.write_bytes(f"{gcs_bucket}/marker.json", b"{}", if_absent=True)


@pytest.mark.parametrize("call", ["replace", "fsync", "open"])
def test_local_failure_leaves_the_old_file(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, finished = tmp_path / "out" / "x.bin", tmp_path / "finished"
    storage.write_bytes(path, b"old")
    finished.write_bytes(b"new")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        for write in (
            lambda: storage.write_bytes(path, b"new"),
            lambda: storage.publish(finished, path),
        ):
            with pytest.raises(InputError, match=r"cannot write .*: No space left on device"):
                write()
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == ["x.bin"], "no temporary file is left behind"


@pytest.mark.parametrize("if_absent", [False, True])
def test_content_is_on_disk_before_the_name(
    if_absent: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("fsync", "replace", "link"):
        original = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *a, name=name, original=original: (calls.append(name), original(*a))
        )
    storage.write_bytes(tmp_path / "x", b"1", if_absent)
    assert calls == ["fsync", "link" if if_absent else "replace", "fsync"]


def test_kill_between_write_and_rename(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"old")
    script = (
        "import os, sys; from speech import storage\n"
        "os.replace = lambda *_: os.kill(os.getpid(), 9)\n"
        "storage.write_bytes(sys.argv[1], b'new')"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)]).returncode == -9
    assert path.read_bytes() == b"old"
    assert len(os.listdir(tmp_path)) == 2
    assert storage.list_files(tmp_path) == {"x.bin": 3}
    assert storage.glob(tmp_path / "*") == [str(path)]
    with storage.temporary_file(tmp_path / "mine") as mine:
        storage.remove_stale(tmp_path)
        assert set(os.listdir(tmp_path)) == {"x.bin", mine.name}
    assert os.listdir(tmp_path) == ["x.bin"]


def test_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    assert storage.write_bytes(tmp_path / "x", b"1", if_absent=True)
    assert not storage.write_bytes(tmp_path / "x", b"2", if_absent=True)
    assert storage.read_bytes(tmp_path / "x") == b"1"


def test_package_files() -> None:
    path = "package://f5_tts/configs/F5TTS_v1_Base.yaml"
    assert storage.exists(path)
    assert b"dim: 1024" in storage.read_bytes(path)
    assert storage.local_path(path).name == "F5TTS_v1_Base.yaml"
    assert storage.glob("package://f5_tts/configs/F5TTS_v1_B*.yaml") == [path]
    assert "F5TTS_v1_Base.yaml" in storage.list_files("package://f5_tts/configs")
    assert not storage.exists("package://f5_tts/configs/missing.yaml")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("package://no_such_package/x", "no package 'no_such_package' is installed"),
        ("package://no.such/x", "no package 'no.such' is installed"),
        ("package://speech.errors/x", "no package 'speech.errors' is installed"),
        ("package://f5_tts/../../x", "leaves the package"),
        ("s3://bucket/x", "allowed are local paths, gs:// and package://"),
        ("gs://bucket", "the form is gs://bucket/name"),
        ("nul\0byte", "cannot read"),
        (".", "Is a directory"),
    ],
)
def test_bad_paths(path: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        storage.read_bytes(path)
    assert message in str(refused.value)


def test_packages_are_read_only() -> None:
    with pytest.raises(InputError, match="read-only"):
        storage.write_bytes("package://speech/x", b"")


def test_missing_bucket(gcs_bucket: str) -> None:
    with pytest.raises(InputError, match="no such object or bucket"):
        storage.write_bytes(f"{gcs_bucket}x/file", b"", if_absent=True)
    with pytest.raises(InputError, match="no such object or bucket"):
        storage.list_files(f"{gcs_bucket}x/out")


def test_local_path_checks_the_hash(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"hello")
    good = hashlib.sha256(b"hello").hexdigest()
    assert storage.local_path(path, good) == path
    bad = "0" * 64
    with pytest.raises(InputError) as refused:
        storage.local_path(path, bad)
    assert good in str(refused.value)
    assert bad in str(refused.value)


def test_download_is_kept_and_checked(
    gcs_bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path, sha256 = f"{gcs_bucket}/m/../model.safetensors", hashlib.sha256(b"one").hexdigest()
    storage.write_bytes(path, b"one")
    kept = storage.local_path(path, sha256)
    assert (kept.parent, kept.suffix) == (tmp_path / "tts-distill", ".safetensors")
    kept.write_bytes(b"damaged")
    assert storage.local_path(path, sha256).read_bytes() == b"one"
    unnamed = storage.local_path(path)
    storage.write_bytes(path, b"two")
    assert storage.local_path(path, sha256).read_bytes() == b"one", "no need to ask the server"
    assert storage.local_path(path).read_bytes() == b"two"
    assert unnamed.read_bytes() == b"one"
    with pytest.raises(InputError, match="SHA-256"):
        storage.local_path(path, "f" * 64)
    assert len(os.listdir(tmp_path / "tts-distill")) == 3


def test_importing_storage_is_cheap() -> None:
    script = "import sys, speech.storage; sys.exit('google.cloud.storage' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def test_one_client_for_an_endpoint(gcs_bucket: str) -> None:
    endpoint = os.environ["STORAGE_EMULATOR_HOST"]
    assert gcs_client.client(endpoint) is gcs_client.client(endpoint)
