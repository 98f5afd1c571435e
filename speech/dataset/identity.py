"""Whose a dataset directory is: the first run writes its identity down, another may not go on."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from speech import storage
from speech.dataset.layout import (
    MANIFEST_NAME,
    RUN_NAME,
    folders,
    list_parts,
    of_run,
    records_folder,
    scratch_root,
    shard_part,
)
from speech.dataset.seal import to_json
from speech.differences import ABSENT, differences
from speech.errors import InputError
from speech.storage import Location
from speech.storage.temporaries import remove_stale

SHOWN = 3


def is_acquired(output: Location, run: str = "") -> bool:
    return storage.exists(storage.join(output, of_run(RUN_NAME, run)))


def acquire(output: Location, identity: Mapping[str, Any], run: str = "") -> None:
    """Make `output` this run's, or find that it is already; sweep up after killed runs.

    Args:
        identity: everything that the rows depend on, the number of shards and the corpus as
            {path: fingerprint} among it; JSON values.
        run: the tag of one that extends what is there.

    Raises:
        InputError: the directory holds another run's files, with the differences.
    """
    path = storage.join(output, of_run(RUN_NAME, run))
    occupied = not run and list_parts(output, "data")
    # in this order: whoever has put files into data/ has written run.json before
    if occupied and not storage.exists(path):
        known = storage.exists(storage.join(output, MANIFEST_NAME))
        mend = f"{_mend(output)} restores {RUN_NAME}. " if known else ""
        raise InputError(
            f"{output} holds files of unknown origin in data/; {mend}{_remedy(output, run)}"
        )
    if not storage.write_bytes(path, to_json(identity), if_absent=True):
        _compare(output, run, json.loads(to_json(identity)))
    remove_stale(scratch_root(output))
    sweep_temporaries(output)


def sweep_temporaries(output: Location) -> None:
    """Remove the temporary files of runs that died; in a bucket there are none."""
    if not storage.is_gcs(output):
        root = Path(os.path.expanduser(output))
        for folder in folders(output):
            remove_stale(root / folder)


def _compare(output: Location, run: str, identity: dict[str, Any]) -> None:
    path = storage.join(output, of_run(RUN_NAME, run))
    try:
        earlier = json.loads(storage.read_bytes(path))
    except InputError:
        raise
    except ValueError as error:
        mend = f"{_mend(output)} restores it from a whole {MANIFEST_NAME}"
        raise InputError(f"{path} is damaged; {mend}. {_remedy(output, run)}") from error
    if shown := told_differences(earlier, identity):
        which = f"{output} holds another run{f' {run}' if run else ''}"
        raise InputError(f"{which}: {shown}. {_remedy(output, run)}")


def told_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Of two identities, for people; nothing where there are none."""
    found = [f"{key}: {_short(was)} -> {_short(is_)}" for key, was, is_ in differences(old, new)]
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return "; ".join(found[:SHOWN]) + more


def _mend(output: Location) -> str:
    return f'make verify ARGS="output={output} repair=true"'


def _remedy(output: Location, run: str) -> str:
    if not run:
        return (
            f"Give another output=... or delete {output}; mode=extend adds lines or voices to a "
            "finished dataset"
        )
    names = [name.replace("00000-of-00001", "*") for name in shard_part(0, 1, run).files]
    return (
        f"Finish {run} by the command that began it, or delete {records_folder(run)}, "
        f"{' and '.join(names)} in {output}"
    )


def _short(value: Any) -> str:
    text = value if value == ABSENT else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
