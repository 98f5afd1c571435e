"""Every file of a dataset's folder, ours or not; what is read of it is regular files alone."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipelines.row_counts import PLAN_NAME
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.files import SHARD
from speech.storage import Location
from speech.storage.local_files import explained

FOLDERS = ("data", "rejected", "_shards")
OTHER_COMMANDS = ("_alignments",)
"""folders that they keep in an order of their own"""
PUBLISHED = re.compile(r"\.git.*|\.cache|\.huggingface|(?i:licen[cs]e|notice|copying).*")
"""what a published dataset has beside it"""
UNFINISHED = ("_shards/plan", "_shards/units")
"""folders of shards that are not finished; the next run sweeps them"""
TEMPORARY = re.compile(r"\..+[.-]tmp-[\w-]+/?")
"""as `speech.storage.local_files` names them"""


@dataclass(frozen=True)
class Listing:
    sizes: Mapping[str, int]
    """bytes of the regular files by their names under the output, hidden ones among them"""
    odd: tuple[str, ...] = ()
    """folders that should not be there, and what is no regular file"""

    def read(self, output: Location, name: str) -> bytes:
        """Nothing where there is no such file."""
        return storage.read_bytes(storage.join(output, name)) if name in self.sizes else b""

    def shard_counts(self) -> Counter[int]:
        """Into how many shards the markers say that the run was cut."""
        names = (PurePosixPath(name).name for name in self.sizes if name.startswith("_shards/"))
        return Counter(int(match[2]) for match in map(SHARD.fullmatch, names) if match)

    def foreign(self, count: int) -> Iterator[tuple[str, str, str]]:
        """What is not of a dataset of `count` shards: name, what it is, what to do."""
        own = {dataset.RUN_NAME, dataset.PROVENANCE_NAME, dataset.VERIFIED_NAME}
        own |= {dataset.MANIFEST_NAME, dataset.CARD_NAME, PLAN_NAME}
        for index in range(count):
            own |= {
                dataset.shard_part(index, count).marker,
                *dataset.shard_part(index, count).files,
            }
        for name in sorted([*self.sizes, *self.odd]):
            if name in own or PUBLISHED.fullmatch(name.rstrip("/")):
                continue
            if TEMPORARY.fullmatch(name.rpartition("/")[2] or name.split("/")[-2] + "/"):
                yield (
                    name,
                    "was left by a run that died, or is of one at work",
                    "repair=true sweeps",
                )
            elif name in self.odd and not name.endswith("/"):
                yield name, "is no regular file", "remove it"
            else:
                yield name, "is not of this dataset", "move it elsewhere: it is never removed here"


def list_dataset(output: Location) -> Listing:
    if storage.is_gcs(output):
        found = dict(storage.list_files(output))
        for folder in FOLDERS:
            found |= dataset.list_parts(output, folder)
        return Listing(found)
    root = Path(os.path.expanduser(output))
    sizes: dict[str, int] = {}
    odd: list[str] = []
    for folder in ("", *FOLDERS):
        _list(root, folder, sizes, odd)
    return Listing(sizes, tuple(odd))


def _list(root: Path, folder: str, sizes: dict[str, int], odd: list[str]) -> None:
    """What is in a folder and in the numbered ones below it."""
    if not (root / folder).is_dir():
        return
    with explained("list", root / folder), os.scandir(root / folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            name = f"{folder}/{entry.name}".lstrip("/")
            if entry.is_file():
                sizes[name] = entry.stat().st_size
            elif not entry.is_dir():
                odd.append(name)
            elif folder and dataset.NUMBERED.fullmatch(entry.name):
                _list(root, name, sizes, odd)
            elif name not in (*FOLDERS, *UNFINISHED, *OTHER_COMMANDS):
                odd.append(f"{name}/")
