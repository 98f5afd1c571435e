"""A local folder that one process at a time works in, by the kernel's lock on a file there, which
ends with the process however that ends."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speech.errors import InputError
from speech.storage.local_files import explained
from speech.storage.temporaries import is_at, try_lock


@contextmanager
def claimed(lock: Path, told: str) -> Iterator[None]:
    """The file `lock` is held while the block runs, and gone after it.

    Raises:
        InputError: `told`, with the process that holds it.
    """
    with explained("lock", lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _taken(lock, told)
        holder = f"process {os.getpid()} of {socket.gethostname()}".encode()
        os.ftruncate(descriptor, 0)  # of one that was killed
        os.pwrite(descriptor, holder, 0)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(descriptor)


def check_unclaimed(lock: Path, told: str) -> None:
    """As `claimed`, and nothing is made or held."""
    if lock.is_file():
        with explained("lock", lock):
            os.close(_taken(lock, told))


def _taken(lock: Path, told: str) -> int:
    """The open file, locked."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            is_ours = try_lock(descriptor)
        except OSError:
            return descriptor  # a file system without locks
        if not is_ours:
            holder = os.pread(descriptor, 1000, 0).decode(errors="replace") or "another process"
            os.close(descriptor)
            raise InputError(f"{told} ({holder})")
        if is_at(lock, descriptor):
            return descriptor
        os.close(descriptor)  # its holder ended, and removed it, meanwhile
