"""When a dataset was last verified: `_shards/verified.json`, the one file that no hash covers."""

import json
from datetime import datetime, timezone

from speech import storage
from speech.dataset.layout import VERIFIED_NAME
from speech.dataset.seal import to_json
from speech.errors import InputError
from speech.storage import Location


def note_verified(output: Location, files: int, rows: int) -> bool:
    """Whether it could be written; a dataset may be read-only."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    known = {"time": now, "files": files, "rows": rows}
    try:
        return storage.write_bytes(storage.join(output, VERIFIED_NAME), to_json(known))
    except InputError:
        return False


def last_verified(output: Location) -> str | None:
    """The time, in ISO 8601; None for never, or where nobody knows."""
    path = storage.join(output, VERIFIED_NAME)
    try:
        return str(json.loads(storage.read_bytes(path))["time"]) if storage.exists(path) else None
    except (ValueError, KeyError, TypeError):
        return None


def forget_verified(output: Location) -> None:
    """Its shards are others now."""
    storage.delete(storage.join(output, VERIFIED_NAME))
