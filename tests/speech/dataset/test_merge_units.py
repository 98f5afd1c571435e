"""A shard is merged from its units by whoever finishes the last of them."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from clips import make_clip

from speech import storage
from speech.dataset import merge as merging
from speech.dataset.layout import shard_part, unit_part, units_folder
from speech.dataset.markers import Marker, find_marker
from speech.dataset.merge import merge_units
from speech.dataset.writer import ROW_GROUP_BYTES, PartWriter
from speech.errors import InputError

UNITS = 12
SHARD = shard_part(0, 1)


def make_unit(output: Path, index: int) -> Marker:
    with PartWriter(output, unit_part(SHARD, index, UNITS)) as writer:
        writer.accept(make_clip(index))
        return writer.finish({"frames": 1})


def merge(output: Path) -> Marker | None:
    return merge_units(output, SHARD, UNITS, ROW_GROUP_BYTES)


@pytest.mark.parametrize("order", [range(UNITS), reversed(range(UNITS))])
def test_no_marker_is_read_before_all_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: range
) -> None:
    """Each unit asks, so that reading them would cost the square of their number."""
    read, real = list[str](), storage.read_bytes

    def read_bytes(path: storage.Location) -> bytes:
        read.append(str(path))
        return real(path)

    monkeypatch.setattr(storage, "read_bytes", read_bytes)
    *early, last = order
    for index in early:
        make_unit(tmp_path, index)
        read.clear()
        assert merge(tmp_path) is None
        assert not read
    make_unit(tmp_path, last)
    merged = merge(tmp_path)
    assert merged
    assert merged.accepted == merged.stats["frames"] == UNITS
    assert find_marker(tmp_path, SHARD) == merged
    assert not (tmp_path / units_folder(SHARD)).exists()


def test_a_marker_that_is_damaged_is_none(tmp_path: Path) -> None:
    for index in range(UNITS):
        make_unit(tmp_path, index)
    marker = tmp_path / unit_part(SHARD, 3, UNITS).marker
    marker.write_bytes(b"{")
    assert merge(tmp_path) is None
    assert marker.parent.exists()


def test_a_unit_that_is_not_what_its_marker_says_is_not_merged(tmp_path: Path) -> None:
    for index in range(UNITS):
        make_unit(tmp_path, index)
    damaged = tmp_path / unit_part(SHARD, 3, UNITS).data
    content = bytearray(damaged.read_bytes())
    content[content.index(make_clip(3).audio)] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(InputError, match="is damaged; delete its marker"):
        merge(tmp_path)
    assert find_marker(tmp_path, SHARD) is None
    assert damaged.exists()


def test_whoever_asks_one_thread_merges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a thread has freed its allocators keep: four that had merged held 893 MB, and one 555."""
    by, real = list[int](), merging._copy

    def copy(*given: Any) -> None:
        by.append(threading.get_ident())
        real(*given)

    monkeypatch.setattr(merging, "_copy", copy)
    outputs = [tmp_path / str(number) for number in range(3)]
    for output in outputs:
        for index in range(UNITS):
            make_unit(output, index)
    with ThreadPoolExecutor(len(outputs)) as pool:
        assert all(pool.map(merge, outputs))
    assert len(by) == 2 * UNITS * len(outputs)
    assert len(set(by)) == 1


def test_a_forked_process_merges_too(tmp_path: Path) -> None:
    """The thread that merged stays in its parent."""
    outputs = [tmp_path / name for name in ("parent", "child")]
    for output in outputs:
        for index in range(UNITS):
            make_unit(output, index)
    assert merge(outputs[0])
    child = multiprocessing.get_context("fork").Process(target=merge, args=(outputs[1],))
    child.start()
    child.join(30)
    finished = child.exitcode
    child.kill()
    assert finished == 0
    assert find_marker(outputs[1], SHARD)
