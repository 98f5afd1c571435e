"""The dataset directory: what its files are called.

data/train-00003-of-00012.parquet          accepted clips of a shard
rejected/rejected-00003-of-00012.parquet   every other row of it, with its reason
_shards/shard-00003-of-00012.json          completion marker, the last file of a shard
_shards/run.json                           the identity of the run
_shards/plan.json                          how many lines and rows were planned
_shards/plan/plan-00003-of-00012.parquet   the text of a shard, until that is finished
_shards/units/00003/unit-00007-of-00032*   its units as they are made, until it is finished
_shards/workers/*.json                     what each worker says of itself, until all is finished
_shards/provenance.json                    what only the run that finished it could know
manifest.json, README.md                   written when every shard is finished, from _shards/ alone
_shards/verified.json                      when it was last verified; the one file that may differ

Of more than `FOLDER` shards each folder has one below it for as many: data/001/train-05003-of-….

A dataset is the work of one run or of several. The files of a further run carry its tag, and its own
records lie in a folder: data/train-e001-00000-of-00002.parquet, _shards/e001/run.json. `e` is for one
that extended the dataset, `m` for one that was merged into it.
"""

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from speech import storage
from speech.storage import Location

FOLDER = 5_000
"""shards in a folder: the Hub bears 10,000 entries, and a bucket's listing pages of 1,000"""
NUMBERED = re.compile(r"\d{3}")
"""names of the folders below"""


@dataclass(frozen=True)
class Part:
    """A shard, or a unit of one: two files of rows and, written last, their marker.

    Names are under the output; a shard is the part of a run, a unit that of a shard.
    """

    index: int
    count: int
    data: str
    rejected: str
    marker: str
    run: str = ""
    """tag; empty for the first run"""

    @property
    def files(self) -> tuple[str, str]:
        """Of its rows."""
        return self.data, self.rejected


TAG = re.compile(r"[em]\d{3,}")


def list_runs(output: Location) -> list[str]:
    """Tags of all runs that have a folder of records, after the first run's; merged ones first."""
    found = filter(TAG.fullmatch, storage.list_names(storage.join(output, "_shards")))
    return sorted(found, key=tag_order)


def tag_order(tag: str) -> tuple[int, int]:
    """In which order runs have come to their dataset."""
    return "me".find(tag[:1]), int(tag[1:] or 0)


def records_folder(run: str = "") -> str:
    return f"_shards/{run}" if run else "_shards"


def of_run(name: str, run: str) -> str:
    """A name under _shards/, such as _shards/run.json, as a run has it: _shards/e001/run.json."""
    return f"{records_folder(run)}/{name.removeprefix('_shards/')}"


def shard_part(index: int, count: int, run: str = "") -> Part:
    tag = f"{run}-" if run else ""
    return Part(
        index,
        count,
        _numbered(f"data/{{}}train-{tag}{{}}.parquet", index, count),
        _numbered(f"rejected/{{}}rejected-{tag}{{}}.parquet", index, count),
        of_run(_numbered("_shards/{}shard-{}.json", index, count), run),
        run,
    )


def shard_parts(count: int, run: str = "") -> list[Part]:
    """All shards of a run."""
    return [shard_part(index, count, run) for index in range(count)]


def unit_part(shard: Part, index: int, count: int) -> Part:
    stem = f"{units_folder(shard)}/unit-{index:05d}-of-{count:05d}"
    files = f"{stem}-data.parquet", f"{stem}-rejected.parquet", f"{stem}.json"
    return Part(index, count, *files, shard.run)


UNIT_MARKER = re.compile(r"unit-(\d+)-of-(\d+)\.json")
"""the name of a unit's marker in its folder, where what is known of units at work lies too"""


def units_folder(shard: Part) -> str:
    """Where the units of a shard are made."""
    folder = _numbered("_shards/units/{}", shard.index, shard.count) + f"{shard.index:05d}"
    return of_run(folder, shard.run)


def plan_name(shard: Part) -> str:
    """The planned text of a shard."""
    name = _numbered("_shards/plan/{}plan-{}.parquet", shard.index, shard.count)
    return of_run(name, shard.run)


def _numbered(form: str, index: int, count: int) -> str:
    below = f"{index // FOLDER:03d}/" if count > FOLDER else ""
    return form.format(below, f"{index:05d}-of-{count:05d}")


def list_parts(output: Location, folder: str) -> dict[str, int]:
    """Name under the output -> bytes, of the files in a folder and in the numbered ones below it."""
    return {
        f"{where}/{name}": size
        for where in _with_numbered(output, folder)
        for name, size in storage.list_files(storage.join(output, where)).items()
    }


def folders(output: Location) -> list[str]:
    """All in which a dataset has files, the output itself (its name is empty) among them."""
    records = map(records_folder, ("", *list_runs(output)))
    found = [_with_numbered(output, folder) for folder in ("data", "rejected", *records)]
    return ["", *(name for names in found for name in names)]


def _with_numbered(output: Location, folder: str) -> list[str]:
    """A folder, and the numbered ones below it."""
    names = storage.list_names(storage.join(output, folder))
    return [folder, *(f"{folder}/{name}" for name in sorted(names) if NUMBERED.fullmatch(name))]


RUN_NAME = "_shards/run.json"
PROVENANCE_NAME = "_shards/provenance.json"
VERIFIED_NAME = "_shards/verified.json"
MANIFEST_NAME = "manifest.json"
CARD_NAME = "README.md"


def scratch_root(output: Location) -> Path:
    """Where shards grow: on the output's own file system, or in the temporary directory for GCS."""
    if storage.is_gcs(output):
        return Path(tempfile.gettempdir())
    return Path(os.path.expanduser(storage.join(output, "_shards")))
