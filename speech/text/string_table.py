"""A dictionary that is looked up in the file where it lies, and not loaded.

    magic, the bytes of the file and the CRC-32 of what follows
    where each bucket begins: one bucket for each key, by the CRC-32 of the key
    the buckets: a dictionary each, marshalled; nothing where no key falls

`marshal` is Python's own format of .pyc files: fast, and another one in other versions.
"""

import marshal
import mmap
import struct
from array import array
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any
from zlib import crc32

HEADER = struct.Struct("<8sQII")
MAGIC = b"strings1"


class StringTable(Mapping[str, Any]):
    """What `packed` made, in a file; values are those that JSON has, and not None."""

    def __init__(self, path: Path) -> None:
        """Raises OSError or ValueError for a file that is not there, damaged or of another kind."""
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if len(mapped) < HEADER.size:
            raise ValueError(f"{path} is no table of strings")
        magic, size, checksum, self._count = HEADER.unpack_from(mapped)
        whole = memoryview(mapped)
        if (magic, size, checksum) != (MAGIC, len(whole), crc32(whole[HEADER.size :])):
            raise ValueError(f"{path} is no table of strings, or damaged")
        begin = HEADER.size + 4 * (self._count + 1)
        self._places, self._buckets = whole[HEADER.size : begin].cast("I"), whole[begin:]
        self._found: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        if (value := self._found.get(key)) is not None:
            return value
        place = _place(key, self._count)
        begin, end = self._places[place], self._places[place + 1]
        if begin == end or (value := marshal.loads(self._buckets[begin:end]).get(key)) is None:
            return default
        self._found[key] = value
        return value

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None

    def __getitem__(self, key: str) -> Any:
        if (value := self.get(key)) is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        for begin, end in zip(self._places, self._places[1:], strict=False):
            if begin < end:
                yield from marshal.loads(self._buckets[begin:end])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def packed(entries: Mapping[str, Any]) -> bytes:
    """The file of a table."""
    count = max(1, len(entries))
    buckets: list[dict[str, Any]] = [{} for _ in range(count)]
    for key, value in entries.items():
        buckets[_place(key, count)][key] = value
    parts = [marshal.dumps(bucket) if bucket else b"" for bucket in buckets]
    places = array("I", accumulate(map(len, parts), initial=0))
    body = places.tobytes() + b"".join(parts)
    return HEADER.pack(MAGIC, HEADER.size + len(body), crc32(body), count) + body


def _place(key: str, count: int) -> int:
    return crc32(key.encode("utf-8", "surrogatepass")) % count
