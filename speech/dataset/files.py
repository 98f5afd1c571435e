"""Which Parquet files are a dataset's own: those that its manifest or, before there is one, its
shards' markers name. A file from elsewhere would be read as if it had been checked."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from speech import storage
from speech.dataset.layout import list_parts, list_runs, records_folder
from speech.errors import InputError
from speech.storage import Location

MANIFEST = "manifest.json"
SHARD = re.compile(
    r"(?:shard|train|rejected)-(?:(?P<run>[em]\d{3,})-)?"
    r"(?P<index>\d{5,})-of-(?P<count>\d{5,})\.(?:json|parquet)"
)


def parquet_files(location: Location, folder: str) -> list[str]:
    """The Parquet files under `location`/`folder`, sorted; none where there are none.

    Those of a run that extends the dataset are left out until it is finished. A folder of Parquet
    without manifest and markers is anybody's, and taken as it is.

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
    listed = _read_manifest(location) if found else None
    own = found if listed is None else [name for name in found if name in listed.files]
    return [storage.join(location, name) for name in own]


def foreign_files(location: Location, found: Collection[str]) -> list[str]:
    """Those of `found`, names under `location`, that its manifest or its markers do not name, and no
    run makes that is not finished."""
    if not found:
        return []
    runs, listed = list_runs(location), _read_manifest(location)
    if listed is not None:
        begun = set(runs) - set(listed.runs)
        return [name for name in found if name not in listed.files and run_of(name) not in begun]
    counts = {run: cut for run in ("", *runs) if (cut := _shard_counts(location, run))}
    if counts and storage.exists(storage.join(location, MANIFEST)):
        mend = f'make verify ARGS="output={location} repair=true"'
        raise InputError(f"{location}/{MANIFEST} is damaged; {mend} writes it again")
    return [name for name in found if counts and not _is_of(name, counts)]


def run_of(name: str) -> str | None:
    """The tag in the name of a shard's file; None for another file."""
    match = SHARD.fullmatch(PurePosixPath(name).name)
    return match and (match["run"] or "")


def _shard_counts(location: Location, run: str) -> set[int]:
    """Into how many shards a run was cut, as its markers tell; empty where there are none."""
    names = (PurePosixPath(name).name for name in list_parts(location, records_folder(run)))
    return {int(match["count"]) for match in map(SHARD.fullmatch, names) if match}


def _is_of(name: str, counts: Mapping[str, set[int]]) -> bool:
    match = SHARD.fullmatch(PurePosixPath(name).name)
    if match is None:
        return False
    index, count = int(match["index"]), int(match["count"])
    return count in counts.get(match["run"] or "", ()) and index < count


@dataclass(frozen=True)
class _Listed:
    """By the manifest."""

    files: Collection[str]
    runs: Collection[str]


def _read_manifest(location: Location) -> _Listed | None:
    """None without a manifest of this project, or with one that cannot be read."""
    path = storage.join(location, MANIFEST)
    if not storage.exists(path):
        return None
    try:
        manifest = json.loads(storage.read_bytes(path))
        return _Listed({**manifest["files"]}, [run["tag"] for run in manifest["runs"]])
    except InputError:
        raise
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
