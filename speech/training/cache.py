"""Decoded clips in memory, up to a size."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class BoundedCache(Generic[T]):
    """Keeps what it is given until it is full; beyond that, things are made again each time."""

    def __init__(self, limit_mb: int) -> None:
        self._room = limit_mb * 2**20
        self._kept: dict[Hashable, T] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """What `key` stands for, from `make` if it is not here; `size` in bytes."""
        if key in self._kept:
            return self._kept[key]
        made = make()
        if (taken := size(made)) <= self._room:
            self._kept[key] = made
            self._room -= taken
        return made
