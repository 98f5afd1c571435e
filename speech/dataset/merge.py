"""A shard is its units, one after the other: its bytes do not tell how it was cut."""

import io
import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pyarrow.parquet as pq

from speech import storage
from speech.dataset.layout import (
    Part,
    list_parts,
    of_run,
    plan_name,
    shard_part,
    unit_part,
    units_folder,
)
from speech.dataset.markers import Marker, all_units, find_marker
from speech.dataset.seal import sha256
from speech.dataset.writer import PartWriter
from speech.errors import InputError
from speech.storage import Location

BATCH_ROWS = 32


def merge_units(output: Location, shard: Part, units: int, row_group_bytes: int) -> Marker | None:
    """Write a shard once all of its units are there, and remove them; None while they are not.

    Whoever finishes a unit calls it, so that several may merge at a time: they write the same bytes,
    and `PartWriter` lets one of them win. Memory holds a unit and a row group of one shard at a time.

    Raises:
        InputError: a unit's file is not what its marker says.
    """
    markers = all_units(output, shard, units)
    if markers is None:
        return None
    try:
        merged = _merger().submit(_merge, output, shard, markers, row_group_bytes).result()
    except InputError:  # a rival was quicker, and has removed the units since
        if rival := find_marker(output, shard):
            return rival
        raise
    _remove_units(output, shard)
    return merged


@cache
def _merger() -> ThreadPoolExecutor:
    """One thread for all merges of this process: allocators keep what a thread has freed for that
    thread, so that each that merged would hold hundreds of megabytes for good."""
    return ThreadPoolExecutor(1, "merger")


os.register_at_fork(after_in_child=_merger.cache_clear)  # its thread stays behind


def _merge(
    output: Location, shard: Part, markers: Mapping[int, Marker], row_group_bytes: int
) -> Marker:
    stats = Counter[str]()
    with PartWriter(output, shard, row_group_bytes) as writer:
        for index, marker in sorted(markers.items()):
            unit = unit_part(shard, index, len(markers))
            _copy(output, unit.data, marker, writer.add_clip)
            _copy(output, unit.rejected, marker, writer.add_rejection)
            stats.update(marker.stats)  # type: ignore[arg-type]  # Counter adds floats as well
        return writer.finish(stats)


def _copy(
    output: Location, name: str, marker: Marker, add: Callable[[dict[str, object]], None]
) -> None:
    data = storage.read_bytes(storage.join(output, name))
    if sha256(data) != marker.files[name].sha256:
        path = storage.join(output, name)
        raise InputError(f"{path} is damaged; delete its marker beside it and run it again")
    for batch in pq.ParquetFile(io.BytesIO(data)).iter_batches(BATCH_ROWS):
        for row in batch.to_pylist():
            add(row)


def _remove_units(output: Location, shard: Part) -> None:
    """Remove what a finished shard was made from."""
    storage.delete_folder(storage.join(output, units_folder(shard)))
    storage.delete(storage.join(output, plan_name(shard)))


def sweep_units(output: Location, finished: Collection[int], count: int, run: str = "") -> None:
    """Remove what workers left of finished shards of a run when they died, or woke late."""
    plans = list_parts(output, of_run("_shards/plan", run))
    shards = [shard_part(index, count, run) for index in finished]
    folders = {units_folder(shard).rpartition("/")[0] for shard in shards}
    begun = {
        f"{folder}/{name}"
        for folder in folders
        for name in storage.list_names(storage.join(output, folder))
    }
    for shard in shards:
        if plan_name(shard) in plans or units_folder(shard) in begun:
            _remove_units(output, shard)
