"""A finished shard of one dataset becomes one of another: byte by byte, or without some of its rows."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from speech import storage
from speech.dataset.doubles import Source
from speech.dataset.layout import Part, scratch_root
from speech.dataset.markers import Marker, write_marker
from speech.dataset.writer import PartWriter
from speech.errors import InputError
from speech.storage import Checksum, Location, checksum_of
from speech.storage.local_files import explained
from speech.storage.temporaries import temporary_folder

BLOCK = 8 << 20
BATCH_ROWS = 32


def copy_shard(
    source: Source, marker: Marker, output: Location, part: Part, advance: Callable[[int], None]
) -> Marker:
    """Two files as they are and, last, their marker under the new names.

    Args:
        marker: of the source.
        advance: told the bytes that are copied.

    Raises:
        InputError: a file of the source is missing, or not what its marker says.
    """
    names = list(zip(source.part.files, part.files, strict=True))
    with temporary_folder(scratch_root(output)) as scratch:
        for old, new in reversed(names):  # rejected rows first, as its writer does
            path, target = storage.join(source.dataset, old), storage.join(output, new)
            seen = storage.generation(target)
            local = scratch / "copy"
            _fetch(path, local, marker.files[old], advance)
            storage.publish(local, target, seen)
    copied = replace(marker, files={new: marker.files[old] for old, new in names})
    write_marker(output, part, copied, if_absent=False)
    return copied


def _fetch(path: str, local: Path, stamp: Checksum, advance: Callable[[int], None]) -> None:
    with storage.open_input(path) as stream, explained("write", local), local.open("wb") as copy:
        while block := stream.read(BLOCK):
            copy.write(block)
            advance(len(block))
    if checksum_of(local) != stamp:
        raise InputError(f"{path} is not what its dataset says: make verify mends it")


def copy_without(
    source: Source,
    marker: Marker,
    output: Location,
    part: Part,
    left_out: Collection[str],
    row_group_bytes: int,
    advance: Callable[[int], None],
) -> Marker:
    """As `copy_shard`, but written anew without the clips of some ids; a pure function of the source
    and those ids."""
    with (
        temporary_folder(scratch_root(output)) as scratch,
        PartWriter(output, part, row_group_bytes) as writer,
    ):
        for name, add in zip(
            source.part.files, (writer.add_clip, writer.add_rejection), strict=True
        ):
            local = scratch / "copy"
            _fetch(storage.join(source.dataset, name), local, marker.files[name], advance)
            for batch in pq.ParquetFile(local).iter_batches(BATCH_ROWS):
                for row in batch.to_pylist():
                    if name != source.part.data or row["id"] not in left_out:
                        add(row)
        return writer.finish(marker.stats)
