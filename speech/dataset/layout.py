"""The dataset directory: names, which parts are finished, and their markers.

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
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from speech import storage
from speech.dataset.seal import to_json
from speech.errors import InputError
from speech.storage import Checksum, Location

READERS = 32
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
    names = storage.list_names(storage.join(output, folder))
    below = [f"{folder}/{name}" for name in sorted(names) if NUMBERED.fullmatch(name)]
    return {
        f"{where}/{name}": size
        for where in (folder, *below)
        for name, size in storage.list_files(storage.join(output, where)).items()
    }


@dataclass(frozen=True)
class Yield:
    """What became of some rows."""

    accepted: int = 0
    rejected: int = 0
    audio_s: float = 0.0

    def __add__(self, other: "Yield") -> "Yield":
        return Yield(
            self.accepted + other.accepted,
            self.rejected + other.rejected,
            self.audio_s + other.audio_s,
        )


@dataclass(frozen=True)
class Marker:
    """A finished part; `files` maps names under the output to what they must hold."""

    index: int
    count: int
    accepted: int
    rejected: int
    audio_s: float
    reasons: dict[str, int]
    voices: dict[str, Yield]
    stats: dict[str, int | float]
    """additive figures of the worker: seconds by stage, frames, attempts"""
    files: dict[str, Checksum]


@dataclass(frozen=True)
class Summary:
    """The sum of markers: what manifest, card and closing table report."""

    total: Yield = Yield()
    reasons: dict[str, int] = field(default_factory=dict)
    voices: dict[str, Yield] = field(default_factory=dict)
    stats: dict[str, int | float] = field(default_factory=dict)
    files: dict[str, Checksum] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return self.total.accepted + self.total.rejected

    @property
    def accepted_share(self) -> float:
        return self.total.accepted / self.rows if self.rows else 0.0

    @property
    def hours(self) -> float:
        return self.total.audio_s / 3600


def summarize(*runs: Mapping[int, Marker]) -> Summary:
    """Add up what `finished` found of each run, in the order of shards: sums do not depend on how
    they were made."""
    total, voices = Yield(), dict[str, Yield]()
    reasons, stats = Counter[str](), Counter[str]()
    files: dict[str, Checksum] = {}
    for marker in (markers[index] for markers in runs for index in sorted(markers)):
        total += Yield(marker.accepted, marker.rejected, marker.audio_s)
        reasons.update(marker.reasons)
        stats.update(marker.stats)  # type: ignore[arg-type]  # Counter adds floats as well
        files.update(marker.files)
        for voice, part in marker.voices.items():
            voices[voice] = voices.get(voice, Yield()) + part
    by_count = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
    return Summary(total, by_count, dict(sorted(voices.items())), dict(stats), files)


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


def find_marker(output: Location, part: Part) -> Marker | None:
    """The marker of one part, or None if it is not finished or a file is not as the marker says.

    Compares sizes and checksums; on GCS from metadata alone.
    """
    marker = _read_marker(output, part)
    if marker is None:
        return None
    for name, stamp in marker.files.items():
        path = storage.join(output, name)
        expected = f"{stamp.bytes}:{stamp.crc32c}"
        if not storage.exists(path) or storage.fingerprint(path) != expected:
            return None
    return marker


def finished(output: Location, count: int, run: str = "") -> dict[int, Marker]:
    """The shards of `count` whose marker is whole and whose files have the sizes it says.

    A few listings, and one small read a shard from threads: seconds for 10,000 shards.
    """
    folders = (records_folder(run), "data", "rejected")
    sizes = {n: size for folder in folders for n, size in list_parts(output, folder).items()}
    return _finished(output, shard_parts(count, run), sizes)


def finished_units(output: Location, shard: Part, count: int) -> dict[int, Marker]:
    """As `finished`, of the units of a shard."""
    folder = units_folder(shard)
    listed = storage.list_files(storage.join(output, folder))
    sizes = {f"{folder}/{name}": size for name, size in listed.items()}
    return _finished(output, (unit_part(shard, index, count) for index in range(count)), sizes)


def _finished(
    output: Location, parts: Iterable[Part], sizes: Mapping[str, int]
) -> dict[int, Marker]:
    with ThreadPoolExecutor(READERS) as pool:
        marked = [part for part in parts if part.marker in sizes]
        markers = pool.map(lambda part: _read_marker(output, part), marked)
        return {
            marker.index: marker
            for marker in markers
            if marker and all(sizes.get(name) == file.bytes for name, file in marker.files.items())
        }


_MARKER = TypeAdapter(Marker)


def parse_marker(data: bytes, part: Part) -> Marker | None:
    """What a marker says, None if it is damaged or not of this part."""
    try:
        marker = _MARKER.validate_json(data)
    except ValidationError:
        return None
    named = (marker.index, marker.count, set(marker.files))
    return marker if named == (part.index, part.count, set(part.files)) else None


def _read_marker(output: Location, part: Part) -> Marker | None:
    try:
        data = storage.read_bytes(storage.join(output, part.marker))
    except InputError:
        return None
    return parse_marker(data, part)


def marker_bytes(marker: Marker) -> bytes:
    return to_json(asdict(marker))


def write_marker(output: Location, part: Part, marker: Marker, if_absent: bool) -> bool:
    """Whether this marker is the one that stands there now."""
    return storage.write_bytes(storage.join(output, part.marker), marker_bytes(marker), if_absent)
