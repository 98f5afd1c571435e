"""Completion markers: which parts of a dataset are finished, what is in them, and their sum."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter, ValidationError

from speech import storage
from speech.dataset.layout import (
    Part,
    list_parts,
    records_folder,
    shard_parts,
    unit_part,
    units_folder,
)
from speech.dataset.seal import to_json
from speech.errors import InputError
from speech.storage import Checksum, Location

READERS = 32
"""threads that read small files"""


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
    return _finished(output, _unit_parts(shard, count), _unit_sizes(output, shard))


def all_units(output: Location, shard: Part, count: int) -> dict[int, Marker] | None:
    """As `finished_units`, of a shard whose units are all finished; else None.

    While a marker is missing none is read: each unit that is made asks, and a shard may have thousands.
    """
    sizes, last_first = _unit_sizes(output, shard), reversed(range(count))
    if any(unit_part(shard, index, count).marker not in sizes for index in last_first):
        return None
    markers = _finished(output, _unit_parts(shard, count), sizes)
    return markers if len(markers) == count else None


def _unit_sizes(output: Location, shard: Part) -> dict[str, int]:
    folder = units_folder(shard)
    listed = storage.list_files(storage.join(output, folder))
    return {f"{folder}/{name}": size for name, size in listed.items()}


def _unit_parts(shard: Part, count: int) -> Iterator[Part]:
    return (unit_part(shard, index, count) for index in range(count))


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
