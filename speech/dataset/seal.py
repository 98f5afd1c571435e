"""JSON of one form, and with a seal: an edited byte shows without any other file."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SEAL = "sha256"
"""the key that holds the hash of the rest"""


def to_json(value: Any) -> bytes:
    """JSON of one form: sorted keys, ASCII, so that equal values are equal bytes."""
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode("ascii")


def from_json(data: bytes) -> dict[str, Any] | None:
    """The object that `to_json` wrote, None if these are not its bytes."""
    try:
        value = json.loads(data)
        return value if isinstance(value, dict) and to_json(value) == data else None
    except (ValueError, RecursionError):
        return None


def sealed(value: Mapping[str, Any]) -> bytes:
    return to_json({**value, SEAL: sha256(to_json(value))})


def unseal(data: bytes) -> dict[str, Any] | None:
    """What `sealed` was given, None if a byte is not as it wrote it."""
    value = from_json(data)
    if value is None:
        return None
    seal = value.pop(SEAL, None)
    return value if seal == sha256(to_json(value)) else None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
