"""What differs between two configurations as JSON holds them."""

from collections.abc import Iterator
from typing import Any

ABSENT = "(none)"


def differences(old: Any, new: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(dotted key, old value, new value) of each leaf that differs, keys in order; `ABSENT` stands
    for a key that one of them has not."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            below = f"{key}.{name}" if key else name
            yield from differences(old.get(name, ABSENT), new.get(name, ABSENT), below)
    elif old != new:
        yield key, old, new
