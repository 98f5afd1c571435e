"""Every file of a dataset's folder, ours or not; what is read of it is regular files alone."""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipelines.run.claims import PLAN_CLAIM
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.files import SHARD, run_of
from speech.storage import Location
from speech.storage.local_files import explained

FOLDERS = ("data", "rejected", "_shards")
OTHER_COMMANDS = ("_alignments",)
"""folders that they keep in an order of their own"""
PUBLISHED = re.compile(r"\.git.*|\.cache|\.huggingface|(?i:licen[cs]e|notice|copying).*")
"""what a published dataset has beside it"""
BELOW = re.compile(
    rf"_shards/{dataset.TAG.pattern}"
    rf"|(?:data|rejected|_shards(?:/{dataset.TAG.pattern})?)/{dataset.NUMBERED.pattern}"
)
"""folders of the dataset that have files below those"""
UNFINISHED = re.compile(rf"_shards/(?:workers|(?:{dataset.TAG.pattern}/)?(?:plan|units))")
"""folders of a run that is not finished; the next one sweeps them"""
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

    def runs(self) -> list[str]:
        """Tags of the runs after the first that have records, in their order."""
        below = {name.split("/")[1] for name in self.sizes if name.count("/") > 1}
        return sorted(filter(dataset.TAG.fullmatch, below), key=dataset.tag_order)

    def shard_counts(self, run: str) -> Counter[int]:
        """Into how many shards the markers say that a run was cut."""
        folder = dataset.records_folder(run)
        below = re.compile(rf"{folder}/(?:\d{{3}}/)?[^/]+")
        names = (PurePosixPath(name).name for name in self.sizes if below.fullmatch(name))
        return Counter(int(match["count"]) for match in map(SHARD.fullmatch, names) if match)

    def foreign(
        self, own: Collection[str], unfinished: Collection[str]
    ) -> Iterator[tuple[str, str, str]]:
        """What is not of a dataset: name, what it is, what to do.

        Args:
            own: names of the dataset's files.
            unfinished: runs that are extending it.
        """
        records = tuple(f"{dataset.records_folder(run)}/" for run in unfinished)
        for name in sorted([*self.sizes, *self.odd]):
            if name in own or PUBLISHED.fullmatch(name.rstrip("/")):
                continue
            if name.startswith(records) or run_of(name) in unfinished:
                continue
            last = name.rpartition("/")[2] or name.split("/")[-2] + "/"
            if name == PLAN_CLAIM or TEMPORARY.fullmatch(last):
                if not unfinished:
                    what = "was left by a run that died, or is of one at work"
                    yield name, what, "repair=true sweeps"
            elif name in self.odd and not name.endswith("/"):
                yield name, "is no regular file", "remove it"
            else:
                yield name, "is not of this dataset", "move it elsewhere: it is never removed here"


def list_dataset(output: Location) -> Listing:
    if storage.is_gcs(output):
        found = dict(storage.list_files(output))
        records = [dataset.records_folder(run) for run in dataset.list_runs(output)]
        for folder in (*FOLDERS, *records):
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
            elif BELOW.fullmatch(name):
                _list(root, name, sizes, odd)
            elif not (name in (*FOLDERS, *OTHER_COMMANDS) or UNFINISHED.fullmatch(name)):
                odd.append(f"{name}/")
