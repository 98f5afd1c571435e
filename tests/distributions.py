"""What pip would install with this distribution, by the metadata of what is installed here."""

from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from importlib.metadata import packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NAME = "tts-distill"


def installed_with(extras: Collection[str] = ()) -> set[str]:
    """The distributions that `pip install tts-distill[extras]` brings, itself among them."""
    found: dict[str, set[str]] = {}
    _collect(NAME, {"", *extras}, found)
    return set(found)


def _collect(name: str, extras: set[str], found: dict[str, set[str]]) -> None:
    known = found.setdefault(name, set())
    fresh = extras - known
    known |= extras
    for extra in fresh:
        for needed in _requirements(name, extra):
            _collect(canonicalize_name(needed.name), {"", *needed.extras}, found)


def _requirements(name: str, extra: str) -> Iterator[Requirement]:
    for needed in _parsed(name):
        if needed.marker is None:
            if not extra:
                yield needed
        elif needed.marker.evaluate({"extra": extra}):
            yield needed


@cache
def _parsed(name: str) -> tuple[Requirement, ...]:
    return tuple(map(Requirement, requires(name) or ()))


def modules_of(distributions: Collection[str]) -> set[str]:
    """The top-level modules that they hold, "google" among them if any holds a part of it."""
    return {module for module, holders in _holders().items() if holders & set(distributions)}


@lru_cache(maxsize=1)
def _holders() -> dict[str, set[str]]:
    """By module; reading what is installed takes seconds."""
    holders = packages_distributions().items()
    return {module: {canonicalize_name(name) for name in names} for module, names in holders}
