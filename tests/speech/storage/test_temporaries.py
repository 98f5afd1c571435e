"""Temporary files say by a lock, not by a number, whether their process lives."""

import errno
import fcntl
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from speech.storage import temporaries
from speech.storage.temporaries import (
    MARK,
    remove_own,
    remove_stale,
    temporary_file,
    temporary_folder,
)

HOLD = """
import sys, time
from pathlib import Path
from speech.storage.temporaries import temporary_file, temporary_folder
folder = Path(sys.argv[1])
with temporary_file(folder / "x.parquet"), temporary_folder(folder) as scratch:
    scratch.joinpath("inside").touch()
    folder.joinpath("ready").touch()
    time.sleep(100)
"""


def test_of_the_living_nothing_is_removed_of_the_dead_everything(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)])
    while not (tmp_path / "ready").exists():
        time.sleep(0.01)
    remove_stale(tmp_path)
    assert len(os.listdir(tmp_path)) == 3
    process.kill()
    process.wait()
    assert len(os.listdir(tmp_path)) == 3
    remove_stale(tmp_path)
    assert os.listdir(tmp_path) == ["ready"]


def test_only_ours_are_swept(tmp_path: Path) -> None:
    theirs = (".x.tmp-0123abcd", "x" + MARK + "0123abcd", ".hidden", "plain")
    for name in theirs:
        (tmp_path / name).touch()
    remove_stale(tmp_path)
    assert set(os.listdir(tmp_path)) == set(theirs)
    remove_stale(tmp_path / "missing")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    (tmp_path / f".x{MARK}0123abcd").symlink_to(kept)
    remove_stale(tmp_path)
    assert os.listdir(kept) == ["file"]


def test_without_locks_age_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with temporary_file(tmp_path / "new"):
        old = tmp_path / f".old{MARK}0123abcd"
        old.touch()
        os.utime(old, (0, 0))
        remove_stale(tmp_path)
        (left,) = os.listdir(tmp_path)
        assert left.startswith(".new")


def test_one_swept_before_it_was_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, swept = temporaries._lock, []

    def lock(descriptor: int, unknown: bool) -> bool:
        if not swept:
            swept.extend(tmp_path.iterdir())
            swept[0].unlink()
        return real(descriptor, unknown)

    monkeypatch.setattr(temporaries, "_lock", lock)
    with temporary_file(tmp_path / "x") as temporary:
        assert temporary.exists()
        assert temporary != swept[0]


def test_the_systems_folder_is_swept_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f".scratch{MARK}0123abcd").mkdir()
    with temporary_folder() as folder:
        assert [*tmp_path.iterdir()] == [folder]
        remove_own()
        assert not [*tmp_path.iterdir()]


def test_a_folder_that_is_swept_before_it_is_opened_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process sweeps the system's folder at that moment."""
    opened, make = os.open, []

    def swept(path: Path, *arguments: int) -> int:
        make.append(path)
        if len(make) == 1:
            os.rmdir(path)
        return opened(path, *arguments)

    monkeypatch.setattr("speech.storage.temporaries.os.open", swept)
    with temporary_folder(tmp_path) as folder:
        assert folder.is_dir()
    assert len(make) == 2


def test_a_place_that_takes_no_files_is_told(tmp_path: Path, monkeypatch) -> None:
    """As /proc, which root may write to, and in which nothing can be made."""
    tried: list[Path] = []

    def refuse(path: Path) -> int:
        tried.append(path)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))

    monkeypatch.setattr(temporaries, "_make_file", refuse)
    with pytest.raises(FileNotFoundError), temporary_file(tmp_path / "x.wav"):
        pass
    assert len(tried) == temporaries.ATTEMPTS


def test_what_is_always_swept_at_once_is_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(temporaries, "is_at", lambda path, descriptor: False)
    with pytest.raises(FileNotFoundError, match="removed as soon"), temporary_file(tmp_path / "x"):
        pass
    assert not temporaries._own
