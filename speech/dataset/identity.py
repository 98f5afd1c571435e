"""Whose a dataset directory is: the first run writes its identity down, another may not go on."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from speech import storage
from speech.dataset.layout import MANIFEST_NAME, RUN_NAME, list_parts, scratch_root
from speech.dataset.seal import to_json
from speech.differences import ABSENT, differences
from speech.errors import InputError
from speech.storage import Location
from speech.storage.temporaries import remove_stale


def is_acquired(output: Location) -> bool:
    return storage.exists(storage.join(output, RUN_NAME))


def acquire(output: Location, identity: Mapping[str, Any]) -> None:
    """Make `output` this run's, or find that it is already; sweep up after killed runs.

    Args:
        identity: everything that the rows depend on, the number of shards and the corpus as
            {path: fingerprint} among it; JSON values.

    Raises:
        InputError: the directory holds another run's files, with the differences.
    """
    path = storage.join(output, RUN_NAME)
    occupied = list_parts(output, "data")
    # in this order: whoever has put files into data/ has written run.json before
    if occupied and not storage.exists(path):
        known = storage.exists(storage.join(output, MANIFEST_NAME))
        mend = f"{_mend(output)} restores {RUN_NAME}. " if known else ""
        raise InputError(
            f"{output} holds files of unknown origin in data/; {mend}{_remedy(output)}"
        )
    if not storage.write_bytes(path, to_json(identity), if_absent=True):
        _compare(output, path, json.loads(to_json(identity)))
    remove_stale(scratch_root(output))
    if not storage.is_gcs(output):  # where manifest and card are written
        remove_stale(Path(os.path.expanduser(output)))


def _compare(output: Location, path: str, identity: dict[str, Any]) -> None:
    try:
        earlier = json.loads(storage.read_bytes(path))
    except InputError:
        raise
    except ValueError as error:
        mend = (
            f'make verify ARGS="output={output} repair=true" restores it from a whole manifest.json'
        )
        raise InputError(f"{path} is damaged; {mend}. {_remedy(output)}") from error
    found = [
        f"{key}: {_short(old)} -> {_short(new)}" for key, old, new in differences(earlier, identity)
    ]
    if found:
        shown = "; ".join(found[:3])
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
        raise InputError(f"{output} holds another run: {shown}{more}. {_remedy(output)}")


def _mend(output: Location) -> str:
    return f'make verify ARGS="output={output} repair=true"'


def _remedy(output: Location) -> str:
    return f"Give another output=... or delete {output}"


def _short(value: Any) -> str:
    text = value if value == ABSENT else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
