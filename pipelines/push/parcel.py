"""What goes into one repository of the hub, and what must be known of it before it does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from speech.errors import InputError
from speech.storage import Location

CARD = "README.md"
LISTED = 5


@dataclass(frozen=True)
class Parcel:
    """Files of one repository, by their names there, in the order in which they are sent."""

    repo_type: Literal["dataset", "model"]
    origin: Location
    files: Mapping[str, Location | bytes]
    """name in the repository -> where the file is (local or gs://), or its content"""
    sizes: Mapping[str, int]
    """name -> bytes"""
    licenses: Collection[str]
    """of what is in the files, as SPDX expressions"""
    notes: Collection[str] = ()
    """what a person should read before publishing it"""
    owned: tuple[str, ...] = ()
    """folders of the repository in which nothing else may stay"""

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())


def check_licenses(parcel: Parcel, allow: Collection[str]) -> None:
    """Raises InputError: a licence that `license.allow` does not have."""
    named = {one for expression in parcel.licenses for one in expression.split(" AND ")}
    if wrong := sorted(named - set(allow)):
        wider = ",".join([*allow, *wrong])
        raise InputError(
            f"{parcel.origin} is under {', '.join(wrong)}, which license.allow does not have; if you "
            f"may pass it on, say license.allow=[{wider}]"
        )


def shown(names: Collection[str]) -> str:
    """The first few, and how many more."""
    first = ", ".join(list(names)[:LISTED])
    return first if len(names) <= LISTED else f"{first} and {len(names) - LISTED} more"
