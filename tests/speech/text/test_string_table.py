"""Dictionaries that stay in their files: equal to what was packed, and never trusted when damaged."""

import random
from pathlib import Path
from typing import Any

import pytest

from speech.text.string_table import HEADER, StringTable, packed

ENTRIES: dict[str, Any] = {
    **{f"word{number}": f"wˈɜɹd{number}" for number in range(500)},
    "": "nothing",
    "read": {"DEFAULT": "ɹˈɛd", "VB": "ɹˈid", "None": None},
    "weights": {"NN": 1.5, "VB": -0.1},
    "数据": 1,
    "\ud800": "half a pair",
}


def table(folder: Path, entries: dict[str, Any]) -> StringTable:
    path = folder / "table"
    path.write_bytes(packed(entries))
    return StringTable(path)


@pytest.mark.parametrize("entries", [ENTRIES, {"a": "b"}, {}])
def test_what_was_packed_is_found(entries: dict[str, Any], tmp_path: Path) -> None:
    found = table(tmp_path, entries)
    assert len(found) == len(entries)
    assert dict(found) == entries
    assert all(found[key] == found.get(key) == value for key, value in entries.items())
    assert all(key in found for key in entries)


def test_what_was_not_is_not(tmp_path: Path) -> None:
    found = table(tmp_path, ENTRIES)
    for key in ("Word1", "word", "word1 ", "reads", "\udfff", "\0"):
        assert found.get(key) is None
        assert found.get(key, "default") == "default"
        assert key not in found
        with pytest.raises(KeyError):
            found[key]
    assert 1 not in found


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path, whole = tmp_path / "table", packed(ENTRIES)
    draw = random.Random(0)
    places = [*range(HEADER.size), *(draw.randrange(len(whole)) for _ in range(100))]
    flipped = [bytes([*whole[:at], whole[at] ^ 1, *whole[at + 1 :]]) for at in places[-100:]]
    headers = [bytes([*whole[:at], whole[at] ^ 1, *whole[at + 1 :]]) for at in range(20)]
    cut = [whole[:length] for length in (0, 1, HEADER.size - 1, HEADER.size, len(whole) - 1)]
    for damaged in (*flipped, *headers, *cut, whole + b"\0"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"table of strings|empty"):
            StringTable(path)
    with pytest.raises(OSError, match="No such file"):
        StringTable(tmp_path / "none")
