"""The local half of `speech.storage`: every write is a hidden temporary file, fsync, then rename."""

import hashlib
import os
import stat
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import google_crc32c

from speech.errors import InputError
from speech.storage.temporaries import temporary_file


@dataclass(frozen=True)
class Checksum:
    """What a file holds: its size, its CRC32C (base64, as GCS has it) and its SHA-256 (hex)."""

    bytes: int
    crc32c: str
    sha256: str


@contextmanager
def explained(action: str, path: Path) -> Iterator[None]:
    """Turn what the operating system says into one line for the user."""
    try:
        yield
    except InputError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot {action} {str(path)!r}: {reason}") from error


def list_files(folder: Path) -> dict[str, int]:
    if not folder.is_dir():
        return {}
    with explained("list", folder):
        try:
            with os.scandir(folder) as entries:
                return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
        except FileNotFoundError:  # another worker has removed it, or a file in it, since
            return list_files(folder)


def open_input(path: Path) -> BinaryIO:
    with explained("read", path):
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # to open a pipe is to wait for a writer
            raise InputError(f"cannot read {str(path)!r}: a pipe, socket or device, not a file")
        return path.open("rb")


def checksum_of(path: Path) -> Checksum:
    """The stamp of a file, read once."""
    with open_input(path) as stream, explained("read", path):
        return stamp_of_stream(stream)


def size_and_crc32c(path: Path) -> tuple[int, str]:
    """As in `Checksum`, read once; without the SHA-256, which costs most of the time of a stamp."""
    crc32c, size = google_crc32c.Checksum(), 0
    with open_input(path) as stream, explained("read", path):
        while chunk := stream.read(1 << 20):
            crc32c.update(chunk)
            size += len(chunk)
    return size, b64encode(crc32c.digest()).decode()


def stamp_of_stream(stream: BinaryIO, progress: Callable[[int], None] | None = None) -> Checksum:
    """Of what is left of it; `progress` is called with the bytes of each piece."""
    crc32c, sha256, size = google_crc32c.Checksum(), hashlib.sha256(), 0
    while chunk := stream.read(1 << 20):
        crc32c.update(chunk)
        sha256.update(chunk)
        size += len(chunk)
        if progress:
            progress(len(chunk))
    return Checksum(size, b64encode(crc32c.digest()).decode(), sha256.hexdigest())


def write_bytes(path: Path, data: bytes, if_absent: bool) -> bool:
    """Whether `data` is what stands there now."""
    with explained("write", path), temporary_file(path) as temporary:
        temporary.write_bytes(data)
        if if_absent:
            return _link(temporary, path) or path.read_bytes() == data
        commit(temporary, path)
        return True


def _link(temporary: Path, path: Path) -> bool:
    """Give the file its name unless that is taken; False if it is."""
    _fsync(temporary)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # no hard links here (exFAT, some network mounts): look, then rename
        if path.exists():
            return False
        os.replace(temporary, path)
    _fsync(path.parent)
    return True


def commit(finished: Path, path: Path) -> None:
    """Move a finished file to its name: after a crash either the old file is there or the new."""
    with explained("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _fsync(finished)
        os.replace(finished, path)
        _fsync(path.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
