"""The dataset directory: names, whose it is, which shards are finished, and the manifest.

data/train-00003-of-00012.parquet          accepted clips
rejected/rejected-00003-of-00012.parquet   every other row, with its reason
_shards/run.json                           the identity of the run
_shards/shard-00003-of-00012.json          completion marker, the last file of a shard
_shards/provenance.json                    what only the run that finished it could know
manifest.json, README.md                   written when every shard is finished, from _shards/ alone
_shards/verified.json                      when it was last verified; the one file that may differ
"""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from speech import storage
from speech.dataset.seal import to_json
from speech.differences import ABSENT, differences
from speech.errors import InputError
from speech.storage import Checksum, Location
from speech.storage.temporaries import remove_stale

READERS = 32


def data_name(index: int, count: int) -> str:
    return f"data/train-{index:05d}-of-{count:05d}.parquet"


def rejected_name(index: int, count: int) -> str:
    return f"rejected/rejected-{index:05d}-of-{count:05d}.parquet"


def marker_name(index: int, count: int) -> str:
    return f"_shards/shard-{index:05d}-of-{count:05d}.json"


def shard_files(index: int, count: int) -> tuple[str, str]:
    """Of its rows."""
    return data_name(index, count), rejected_name(index, count)


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
    """One finished shard; `files` maps names under the output to what they must hold."""

    shard: int
    shards: int
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


def summarize(markers: Mapping[int, Marker]) -> Summary:
    """Add up what `finished` found, in the order of shards: sums do not depend on the run."""
    total, voices = Yield(), dict[str, Yield]()
    reasons, stats = Counter[str](), Counter[str]()
    files: dict[str, Checksum] = {}
    for _, marker in sorted(markers.items()):
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


def is_acquired(output: Location) -> bool:
    return storage.exists(storage.join(output, RUN_NAME))


def acquire(output: Location, identity: Mapping[str, Any]) -> None:
    """Make `output` this run's, or find that it is already; sweep up after killed runs.

    Args:
        identity: everything that the rows depend on, the number of shards and the corpus as
            {path: fingerprint} among it; JSON values.

    Raises:
        InputError: the directory holds another run's files, with the differences.
    """
    path = storage.join(output, RUN_NAME)
    occupied = storage.list_files(storage.join(output, "data"))
    # in this order: whoever has put files into data/ has written run.json before
    if occupied and not storage.exists(path):
        known = storage.exists(storage.join(output, MANIFEST_NAME))
        mend = f"{_mend(output)} restores {RUN_NAME}. " if known else ""
        raise InputError(
            f"{output} holds files of unknown origin in data/; {mend}{_remedy(output)}"
        )
    if not storage.write_bytes(path, to_json(identity), if_absent=True):
        _compare(output, path, json.loads(to_json(identity)))
    remove_stale(scratch_root(output))
    if not storage.is_gcs(output):  # where manifest and card are written
        remove_stale(Path(os.path.expanduser(output)))


def _compare(output: Location, path: str, identity: dict[str, Any]) -> None:
    try:
        earlier = json.loads(storage.read_bytes(path))
    except InputError:
        raise
    except ValueError as error:
        mend = (
            f'make verify ARGS="output={output} repair=true" restores it from a whole manifest.json'
        )
        raise InputError(f"{path} is damaged; {mend}. {_remedy(output)}") from error
    found = [
        f"{key}: {_short(old)} -> {_short(new)}" for key, old, new in differences(earlier, identity)
    ]
    if found:
        shown = "; ".join(found[:3])
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
        raise InputError(f"{output} holds another run: {shown}{more}. {_remedy(output)}")


def _mend(output: Location) -> str:
    return f'make verify ARGS="output={output} repair=true"'


def _remedy(output: Location) -> str:
    return f"Give another output=... or delete {output}"


def _short(value: Any) -> str:
    text = value if value == ABSENT else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def scratch_root(output: Location) -> Path:
    """Where shards grow: on the output's own file system, or in the temporary directory for GCS."""
    if storage.is_gcs(output):
        return Path(tempfile.gettempdir())
    return Path(os.path.expanduser(storage.join(output, "_shards")))


def find_marker(output: Location, index: int, count: int) -> Marker | None:
    """The marker of one shard, or None if it is not finished or a file is not as the marker says.

    Compares sizes and checksums; on GCS from metadata alone.
    """
    marker = _read_marker(output, index, count)
    if marker is None:
        return None
    for name, stamp in marker.files.items():
        path = storage.join(output, name)
        expected = f"{stamp.bytes}:{stamp.crc32c}"
        if not storage.exists(path) or storage.fingerprint(path) != expected:
            return None
    return marker


def finished(output: Location, count: int) -> dict[int, Marker]:
    """The shards of `count` whose marker is whole and whose files have the sizes it says.

    Three listings, and one small read a shard from threads: seconds for 10,000 shards.
    """
    names = storage.list_files(storage.join(output, "_shards"))
    sizes = {
        f"{folder}/{name}": size
        for folder in ("data", "rejected")
        for name, size in storage.list_files(storage.join(output, folder)).items()
    }
    indices = [index for index in range(count) if marker_name(index, count).split("/")[1] in names]
    with ThreadPoolExecutor(READERS) as pool:
        markers = pool.map(lambda index: _read_marker(output, index, count), indices)
        return {
            marker.shard: marker
            for marker in markers
            if marker and all(sizes.get(name) == file.bytes for name, file in marker.files.items())
        }


_MARKER = TypeAdapter(Marker)


def parse_marker(data: bytes, index: int, count: int) -> Marker | None:
    """What a marker says, None if it is damaged or not of this shard."""
    try:
        marker = _MARKER.validate_json(data)
    except ValidationError:
        return None
    expected = {data_name(index, count), rejected_name(index, count)}
    named = (marker.shard, marker.shards, set(marker.files)) == (index, count, expected)
    return marker if named else None


def _read_marker(output: Location, index: int, count: int) -> Marker | None:
    try:
        data = storage.read_bytes(storage.join(output, marker_name(index, count)))
    except InputError:
        return None
    return parse_marker(data, index, count)


def marker_bytes(marker: Marker) -> bytes:
    return to_json(asdict(marker))


def write_marker(output: Location, marker: Marker, if_absent: bool) -> bool:
    """Whether this marker is the one that stands there now."""
    path = storage.join(output, marker_name(marker.shard, marker.shards))
    return storage.write_bytes(path, marker_bytes(marker), if_absent)
