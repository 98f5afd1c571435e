"""Rows of text that wait on disk rather than in memory until some of them are shown."""

import json
import tempfile
from array import array
from collections.abc import Mapping
from typing import Any


class DiskBuffer:
    """Rows are appended, and read again by their place."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed, and gone, with the spool
        self._starts = array("q")

    def append(self, row: Mapping[str, Any]) -> None:
        self._starts.append(self._file.seek(0, 2))
        self._file.write(json.dumps(row).encode() + b"\n")

    def __getitem__(self, place: int) -> dict[str, Any]:
        self._file.seek(self._starts[place])
        return json.loads(self._file.readline())

    def __len__(self) -> int:
        return len(self._starts)
