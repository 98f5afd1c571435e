"""Hidden temporary files and folders, each locked while its process lives, so that the next run can
tell what a dead one has left behind.

The lock is the kernel's (`flock`): it ends with the process however that ends, and two containers
that share a host name and process numbers see each other's where they share the disk.
"""

import errno
import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from speech.storage import disk

MARK = ".tts-distill-tmp-"
"""in the name of each: `.train.parquet.tts-distill-tmp-0123abcd`"""
STALE_S = 24 * 3600
"""age at which one is stale where the file system knows no locks"""
ATTEMPTS = 100
"""to make one, of which sweepers may take some; a place without any after them takes none (/proc)"""

_own: dict[Path, int] = {}
"""those of this process, with the descriptors that hold their locks"""


@contextmanager
def temporary_file(path: Path) -> Iterator[Path]:
    """An empty file beside `path`, to be filled and renamed; removed if it is still there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _make(path, _make_file)
    try:
        with disk.asked(path):
            yield temporary
    finally:
        _release(temporary)


@contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder below `parent`, by default the system's for such things, which is then swept too."""
    if parent is None:
        parent = Path(tempfile.gettempdir())
        remove_stale(parent)
    parent.mkdir(parents=True, exist_ok=True)
    temporary = _make(parent / "scratch", _make_folder)
    try:
        with disk.asked(parent):
            yield temporary
    finally:
        _release(temporary)


def remove_stale(folder: Path) -> None:
    """Remove the temporary files and folders right below `folder` whose process is gone."""
    for leftover in folder.glob(f".*{MARK}*"):
        with suppress(OSError):  # another user's, or another run was quicker
            flags = os.O_RDONLY if leftover.is_dir() else os.O_RDWR
            descriptor = os.open(leftover, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                old = time.time() - os.fstat(descriptor).st_mtime > STALE_S
                if _lock(descriptor, unknown=old):
                    _remove(leftover)
            finally:
                os.close(descriptor)


def remove_own() -> None:
    """Remove those of this process, which is about to end without leaving its blocks."""
    for temporary in [*_own]:
        _remove(temporary)


def _make_file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)


def _make_folder(path: Path) -> int:
    path.mkdir()
    return os.open(path, os.O_RDONLY)


def _make(path: Path, create: Callable[[Path], int]) -> Path:
    for attempt in range(ATTEMPTS):
        temporary = path.with_name(f".{path.name}{MARK}{secrets.token_hex(4)}")
        try:
            descriptor = create(temporary)
        except FileNotFoundError:
            if path.parent.is_dir() and attempt < ATTEMPTS - 1:
                continue  # a folder that was swept before it could be opened
            raise
        if _lock(descriptor, unknown=True) and is_at(temporary, descriptor):
            _own[temporary] = descriptor
            return temporary
        os.close(descriptor)  # swept between its making and its lock
    raise FileNotFoundError(errno.ENOENT, "it is removed as soon as it is made", str(path))


def _release(temporary: Path) -> None:
    _remove(temporary)
    os.close(_own.pop(temporary))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _lock(descriptor: int, unknown: bool) -> bool:
    """As `try_lock`; `unknown` where the file system has none."""
    try:
        return try_lock(descriptor)
    except OSError:
        return unknown


def try_lock(descriptor: int) -> bool:
    """Whether the kernel's lock on an open file is ours now; raises OSError where the file system
    has none."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_at(path: Path, descriptor: int) -> bool:
    """Whether an open file is still the one of this name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
