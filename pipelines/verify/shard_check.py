"""One shard against what is known of it: its files byte by byte, its marker row by row."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from speech import storage
from speech.dataset.layout import Part
from speech.dataset.markers import Marker, Yield, marker_bytes, parse_marker
from speech.dataset.parquet_sizes import check_sizes
from speech.dataset.schema import clip_features, rejection_features
from speech.dataset.seal import sha256
from speech.errors import Refused
from speech.storage import Checksum, Location
from speech.storage.local_files import stamp_of_stream

BATCH_ROWS = 4096
Progress = Callable[[int], None]
"""called with the bytes that were read"""


@dataclass(frozen=True)
class Expected:
    """What a whole manifest says of a shard."""

    stamps: Mapping[str, Checksum]
    marker_sha256: str
    stats: dict[str, int | float]


@dataclass(frozen=True)
class ShardCheck:
    """What was found; `marker` is the right one where it is known, whatever stands there now."""

    part: Part
    marker: Marker | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    """by file"""
    remake: bool = False
    """whether its rows have to be spoken again"""
    ids: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """hashes of the accepted rows' ids, as this process computes them"""

    @property
    def made(self) -> bool:
        """False: nothing of it is there, and nothing says that it should be."""
        return self.marker is not None or bool(self.problems)


class Mismatch(ValueError):
    """A Parquet file whose rows are not what they should be."""


def check_shard(
    output: Location,
    part: Part,
    expected: Expected | None,
    sizes: Mapping[str, int],
    progress: Progress,
) -> ShardCheck:
    """Args:
    expected: None where no manifest can tell; then the marker's own word counts.
    sizes: bytes of the files that are there, by name.
    """
    name = part.marker
    stored = storage.read_bytes(storage.join(output, name)) if name in sizes else b""
    marker = _whole_marker(stored, part, expected)
    wrong = {} if marker else {name: "is damaged or edited" if name in sizes else "is missing"}
    stamps = expected.stamps if expected else marker.files if marker else None
    if stamps is None:  # nothing says what it must hold
        known = any(n in sizes for n in (name, *part.files))
        return ShardCheck(part, None, wrong if known else {}, remake=known)
    damaged = {
        file: problem
        for file, stamp in stamps.items()
        if (problem := _damage(output, file, stamp, sizes, progress))
    }
    if damaged:
        return ShardCheck(part, marker, {**damaged, **wrong}, remake=True)
    stats = expected.stats if expected else marker.stats if marker else {}
    return _count_again(output, part, stamps, stats, expected, stored)


def _whole_marker(stored: bytes, part: Part, expected: Expected | None) -> Marker | None:
    marker = parse_marker(stored, part)
    if marker is None or marker_bytes(marker) != stored:
        return None
    return marker if expected is None or sha256(stored) == expected.marker_sha256 else None


def _damage(
    output: Location, name: str, stamp: Checksum, sizes: Mapping[str, int], progress: Progress
) -> str | None:
    """Read once, from end to end."""
    if name not in sizes:
        return "is missing"
    if sizes[name] != stamp.bytes:
        progress(sizes[name])
        return f"has {sizes[name]} bytes, not {stamp.bytes}"
    try:
        with storage.open_input(storage.join(output, name)) as stream:
            found = stamp_of_stream(stream, progress)
    except OSError as error:  # a disk that fails
        return f"cannot be read: {error.strerror or error}"
    if found != stamp:
        return f"has SHA-256 {found.sha256[:12]}…, not {stamp.sha256[:12]}…"
    return None


def _count_again(
    output: Location,
    part: Part,
    stamps: Mapping[str, Checksum],
    stats: dict[str, int | float],
    expected: Expected | None,
    stored: bytes,
) -> ShardCheck:
    """The marker as the rows of two whole files give it, against the one that stands there."""
    try:
        rows = RowCounts()
        features = clip_features(), rejection_features()
        for name, columns in zip(part.files, features, strict=True):
            path = storage.join(output, name)
            with storage.open_input(path, storage.COLUMN_FETCH_BYTES) as stream:
                rows.add_file(stream, columns.arrow_schema)
    except (Mismatch, Refused, pa.ArrowException, OSError, TypeError) as error:
        return ShardCheck(part, None, {name: f"{error!s:.100}"}, remake=True)
    marker = rows.marker(part, stamps, stats)
    file = part.marker
    if expected and sha256(marker_bytes(marker)) != expected.marker_sha256:
        what = "counts other rows than its files hold"
        return ShardCheck(part, None, {file: what}, remake=True)
    if stored == marker_bytes(marker):
        return ShardCheck(part, marker, ids=rows.hashes())
    what = "does not say what its files hold" if stored else "is missing"
    return ShardCheck(part, marker, {file: what}, ids=rows.hashes())


class RowCounts:
    """What the two files of a shard hold, counted as the shard's writer counted."""

    def __init__(self) -> None:
        self.total = Yield()
        self.reasons, self.voices = Counter[str](), dict[str, Yield]()
        self.ids: list[int] = []

    def add_file(self, stream: BinaryIO, schema: pa.Schema) -> None:
        """Raises Mismatch: other columns than `schema`, or other rows than the footer declares;
        Refused: more bytes than a reader may be given."""
        file = pq.ParquetFile(stream)
        check_sizes(file, stream.seek(0, os.SEEK_END))
        if not file.schema_arrow.equals(schema):
            raise Mismatch("has other columns than this version writes")
        columns = [n for n in ("id", "reason", "speaker_id", "duration_s") if n in schema.names]
        read = 0
        for batch in file.iter_batches(BATCH_ROWS, columns=columns):
            read += batch.num_rows
            self._add(batch.to_pylist(), accepted="reason" not in schema.names)
        if read != file.metadata.num_rows:
            raise Mismatch(f"holds {read} rows, its footer says {file.metadata.num_rows}")

    def _add(self, rows: Sequence[Mapping[str, Any]], accepted: bool) -> None:
        for row in rows:
            part = Yield(1, 0, float(row["duration_s"])) if accepted else Yield(0, 1, 0.0)
            self.total += part
            if accepted:
                self.ids.append(hash(row["id"]))
            else:
                self.reasons[row["reason"]] += 1
            if (voice := row["speaker_id"]) is not None:
                self.voices[voice] = self.voices.get(voice, Yield()) + part

    def hashes(self) -> npt.NDArray[np.int64]:
        return np.array(self.ids, np.int64)

    def marker(
        self, part: Part, files: Mapping[str, Checksum], stats: dict[str, int | float]
    ) -> Marker:
        return Marker(
            index=part.index,
            count=part.count,
            accepted=self.total.accepted,
            rejected=self.total.rejected,
            audio_s=self.total.audio_s,
            reasons=dict(self.reasons),
            voices=self.voices,
            stats=stats,
            files=dict(files),
        )
