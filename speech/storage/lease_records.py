"""Small files that change hands: one is replaced or removed only by who knows what it holds now.

On GCS the server sees to that, by generation. Locally the file is written in place under the
kernel's lock (`flock`, which Linux also has over NFS). The lock is held for microseconds; a process
that is stopped within them keeps others from this one name, and does not make them wait.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from speech import storage
from speech.storage import gcs
from speech.storage.local_files import explained
from speech.storage.temporaries import is_at, try_lock

Token = int | bytes
"""which content is there: its generation, or locally the content itself"""
BUSY_S = 1.0
"""after this long, a lock that another process holds counts as a swap that failed"""


class Record(Protocol):
    """One such file. Contents never repeat, as whoever writes them sees to."""

    def token(self) -> Token | None:
        """Which content is there; None for none."""

    def read(self) -> tuple[Token, bytes] | None:
        """The content with its token."""

    def swap(self, seen: Token | None, content: bytes, outage_s: float) -> Token | None:
        """The token of `content`; None, and nothing done, if `seen` is not what is there. A server
        that fails is asked again for `outage_s`."""

    def remove(self, seen: Token, outage_s: float) -> None:
        """Leave nothing there, if `seen` is what is there."""


def record_at(path: storage.Location) -> Record:
    """Of a local path or a gs:// one."""
    if storage.is_gcs(path):
        return GcsRecord(str(path))
    return LocalRecord(Path(os.path.expanduser(path)))


class GcsRecord:
    def __init__(self, path: str) -> None:
        self.path = path

    def token(self) -> int | None:
        return gcs.generation(self.path) or None

    def read(self) -> tuple[Token, bytes] | None:
        return gcs.read_version(self.path)

    def swap(self, seen: Token | None, content: bytes, outage_s: float) -> int | None:
        assert not isinstance(seen, bytes)
        return gcs.replace(self.path, content, seen or 0, outage_s)

    def remove(self, seen: Token, outage_s: float) -> None:
        assert isinstance(seen, int)
        gcs.delete(self.path, seen, outage_s)


class LocalRecord:
    """An empty file is none: its maker was killed before it wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def token(self) -> bytes | None:
        with explained("read", self.path):
            try:
                return self.path.read_bytes() or None
            except FileNotFoundError:
                return None

    def read(self) -> tuple[Token, bytes] | None:
        content = self.token()
        return (content, content) if content else None

    def swap(self, seen: Token | None, content: bytes, outage_s: float) -> bytes | None:
        with self._locked(os.O_CREAT if seen is None else 0) as descriptor:
            if descriptor is None or _content(descriptor) != seen:
                return None
            os.pwrite(descriptor, content, 0)
            os.ftruncate(descriptor, len(content))
            return content

    def remove(self, seen: Token, outage_s: float) -> None:
        with self._locked() as descriptor:
            if descriptor is not None and _content(descriptor) == seen:
                self.path.unlink()

    @contextmanager
    def _locked(self, create: int = 0) -> Iterator[int | None]:
        """The open file, locked; None if it is gone, or another process keeps the lock."""
        with explained("lock", self.path):
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = self._lock(os.O_RDWR | create)
            try:
                yield descriptor
            finally:
                if descriptor is not None:
                    os.close(descriptor)

    def _lock(self, flags: int) -> int | None:
        given_up = time.monotonic() + BUSY_S
        while time.monotonic() < given_up:
            try:
                descriptor = os.open(self.path, flags, 0o666)
            except FileNotFoundError:
                return None
            if try_lock(descriptor) and is_at(self.path, descriptor):
                return descriptor
            os.close(descriptor)
            time.sleep(0.005)
        return None


def _content(descriptor: int) -> bytes | None:
    return os.pread(descriptor, 1 << 16, 0) or None
