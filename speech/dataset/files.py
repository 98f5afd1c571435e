"""Which Parquet files are a dataset's own: those that its manifest or, before there is one, its
shards' markers name. A file from elsewhere would be read as if it had been checked."""

import json
import re
from collections.abc import Collection
from pathlib import PurePosixPath

from speech import storage
from speech.dataset.layout import list_parts
from speech.errors import InputError
from speech.storage import Location

MANIFEST = "manifest.json"
SHARD = re.compile(r"(?:shard|train|rejected)-(\d{5,})-of-(\d{5,})\.(?:json|parquet)")


def parquet_files(location: Location, folder: str) -> list[str]:
    """The Parquet files under `location`/`folder`, sorted; none where there are none.

    A folder of Parquet without manifest and markers is anybody's, and taken as it is.

    Raises:
        InputError: a file that is not of this dataset, or a manifest that cannot be read.
    """
    found = [name for name in sorted(list_parts(location, folder)) if name.endswith(".parquet")]
    if foreign := foreign_files(location, found):
        others = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise InputError(
            f"{location}: {foreign[0]}{others} is not of this dataset (no marker or manifest names "
            "it); move it elsewhere"
        )
    return [storage.join(location, name) for name in found]


def foreign_files(location: Location, found: Collection[str]) -> list[str]:
    """Those of `found`, names under `location`, that its manifest or its markers do not name."""
    if not found:
        return []
    counts = _shard_counts(location)
    named = _named_by_manifest(location)
    if named is None and counts and storage.exists(storage.join(location, MANIFEST)):
        mend = f'make verify ARGS="output={location} repair=true"'
        raise InputError(f"{location}/{MANIFEST} is damaged; {mend} writes it again")
    if named is not None:
        return [name for name in found if name not in named]
    return [name for name in found if counts and not _is_of(name, counts)]


def _shard_counts(location: Location) -> set[int]:
    """Into how many shards the run was cut, as its markers tell; empty where there are none."""
    names = (PurePosixPath(name).name for name in list_parts(location, "_shards"))
    return {int(match[2]) for match in map(SHARD.fullmatch, names) if match}


def _named_by_manifest(location: Location) -> Collection[str] | None:
    """None without a manifest of this project, or with one that cannot be read."""
    path = storage.join(location, MANIFEST)
    if not storage.exists(path):
        return None
    try:
        manifest = json.loads(storage.read_bytes(path))
    except InputError:
        raise
    except (ValueError, RecursionError):
        return None
    ours = isinstance(manifest, dict) and "identity" in manifest
    files = manifest.get("files") if ours else None
    return files if isinstance(files, dict) else None


def _is_of(name: str, counts: set[int]) -> bool:
    match = SHARD.fullmatch(PurePosixPath(name).name)
    return match is not None and int(match[2]) in counts and int(match[1]) < int(match[2])
