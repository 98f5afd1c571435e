"""What is wrong with a dataset: every file against what the others say that it must hold.

Rows are known by hashes in their shard's marker and in the manifest; markers, identity and
provenance by hashes in the manifest; the manifest by its seal, and with the card by what it follows
from. So any one file may be damaged or lost, and the others say what it held.
"""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipelines.description import CARD_KEY, card_of
from pipelines.row_counts import PLAN_NAME, plan_bytes
from pipelines.verify.listing import Listing
from pipelines.verify.shard_check import Expected, Progress, ShardCheck, check_shard
from speech.dataset import layout as dataset
from speech.dataset.layout import Marker, marker_bytes, shard_part
from speech.dataset.manifest import manifest_bytes, provenance_of, read_manifest
from speech.dataset.seal import from_json, to_json
from speech.errors import InputError
from speech.storage import Checksum, Location

READERS = 8
DERIVED = (
    dataset.RUN_NAME,
    dataset.PROVENANCE_NAME,
    PLAN_NAME,
    dataset.MANIFEST_NAME,
    dataset.CARD_NAME,
)
REWRITE = "repair=true writes it again"


@dataclass(frozen=True)
class Problem:
    """One line: which file, what is wrong with it, what to do."""

    file: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Inspection:
    output: Location
    listing: Listing
    shards: Mapping[int, ShardCheck]
    records: Mapping[str, bytes]
    """what markers, identity, provenance, manifest and card must hold, as far as that is known"""
    problems: tuple[Problem, ...]

    @property
    def markers(self) -> dict[int, Marker]:
        return {index: shard.marker for index, shard in self.shards.items() if shard.marker}

    @property
    def rows(self) -> int:
        return sum(marker.accepted + marker.rejected for marker in self.markers.values())

    @property
    def damaged(self) -> tuple[int, ...]:
        """Shards to be spoken again."""
        return tuple(index for index, shard in sorted(self.shards.items()) if shard.remake)


def inspect(
    output: Location,
    listing: Listing,
    progress: Progress,
    known: Mapping[int, ShardCheck] | None = None,
    anew: Collection[int] = (),
) -> Inspection:
    """Args:
    known: shards that were found whole before, and are not read again.
    anew: shards whose own markers count, whatever the manifest says.

    Raises:
        InputError: there is no dataset of this project.
    """
    stored = {name: listing.read(output, name) for name in DERIVED}
    manifest = read_manifest(stored[dataset.MANIFEST_NAME])
    count = _shard_count(output, manifest, listing)
    expected = {i: e for i, e in _expected(manifest, count).items() if i not in anew}

    def check(index: int) -> ShardCheck:
        if known and index in known:
            return known[index]
        return check_shard(output, index, count, expected.get(index), listing.sizes, progress)

    with ThreadPoolExecutor(READERS) as pool:
        shards = _with_each_id_once(list(pool.map(check, range(count))), count)
    markers = {shard.index: shard.marker for shard in shards if shard.marker}
    records = _records(stored, manifest, markers, count)
    remake = _remake_remedy(records)
    problems = [
        *_shard_problems(shards, count, remake),
        *_record_problems(stored, records, any(shard.remake for shard in shards)),
        *_count_problems(records),
        *(Problem(*line) for line in listing.foreign(count)),
    ]
    return Inspection(output, listing, {s.index: s for s in shards}, records, tuple(problems))


def _shard_count(output: Location, manifest: dict[str, Any] | None, listing: Listing) -> int:
    if manifest is not None:
        return int(manifest["identity"]["shards"])
    if counts := listing.shard_counts():
        return counts.most_common(1)[0][0]
    if dataset.RUN_NAME in listing.sizes:
        raise InputError(f"{output} holds no finished shard yet; make synth goes on with it")
    raise InputError(
        f"{output} is no dataset of make synth: it has no manifest.json and no markers"
    )


def _expected(manifest: dict[str, Any] | None, count: int) -> dict[int, Expected]:
    if manifest is None:
        return {}
    files, records, stats = (manifest[name] for name in ("files", "records", "stats_by_shard"))
    return {
        index: Expected(
            {name: Checksum(**files[name]) for name in dataset.shard_part(index, count).files},
            records[shard_part(index, count).marker],
            stats[index],
        )
        for index in range(count)
    }


def _with_each_id_once(shards: list[ShardCheck], count: int) -> list[ShardCheck]:
    """Those that accept an id which they or another accept too are to be made again."""
    ids = np.concatenate([shard.ids for shard in shards])
    unique, times = np.unique(ids, return_counts=True)
    shared = unique[times > 1]
    if not len(shared):
        return shards
    return [
        replace(
            shard,
            problems={
                shard_part(shard.index, count).data: f"has {both} ids that are accepted twice"
            },
            remake=True,
        )
        if (both := int(np.isin(shard.ids, shared).sum()))
        else shard
        for shard in shards
    ]


def _records(
    stored: Mapping[str, bytes],
    manifest: dict[str, Any] | None,
    markers: Mapping[int, Marker],
    count: int,
) -> dict[str, bytes]:
    """From the manifest where that is whole, else from the files themselves."""
    records = {shard_part(index, count).marker: marker_bytes(m) for index, m in markers.items()}
    identity, provenance = _sources(stored, manifest)
    if identity is not None:
        records[dataset.RUN_NAME] = to_json(identity)
    if provenance is not None:
        records[dataset.PROVENANCE_NAME] = to_json(provenance)
    if identity is not None and provenance is not None and len(markers) == count:
        records[dataset.MANIFEST_NAME] = manifest_bytes(identity, markers, provenance)
        if "corpus_lines" in provenance:
            records[PLAN_NAME] = plan_bytes(provenance["corpus_lines"], markers)
    elif manifest is not None:
        records[dataset.MANIFEST_NAME] = stored[dataset.MANIFEST_NAME]
    if dataset.MANIFEST_NAME in records and CARD_KEY in (provenance or {}):
        with suppress(ValueError):  # of another version, whose configuration is not read here
            records[dataset.CARD_NAME] = card_of(records[dataset.MANIFEST_NAME])
    return records


def _sources(
    stored: Mapping[str, bytes], manifest: dict[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Identity and provenance."""
    if manifest is not None:
        return manifest["identity"], provenance_of(manifest)
    return from_json(stored[dataset.RUN_NAME]), from_json(stored[dataset.PROVENANCE_NAME])


def _remake_remedy(records: Mapping[str, bytes]) -> str:
    identity = from_json(records.get(dataset.RUN_NAME, b"")) or {}
    if "teacher" in identity:
        return "repair=true makes its shard again"
    return "the command that wrote it, given again, makes its shard again"


def _shard_problems(shards: Iterable[ShardCheck], count: int, remake: str) -> Iterable[Problem]:
    missing = 0
    for shard in shards:
        missing += not shard.made
        for file, what in shard.problems.items():
            yield Problem(file, what, remake if shard.remake else REWRITE)
    if missing:
        what = f"holds {count - missing} of {count} shards"
        yield Problem("_shards/", what, "make synth makes the others")


def _record_problems(
    stored: Mapping[str, bytes], records: Mapping[str, bytes], damaged: bool
) -> Iterable[Problem]:
    for name in DERIVED:
        what = "is damaged or edited" if stored[name] else "is missing or empty"
        if name in records:
            if stored[name] != records[name]:
                yield Problem(name, what, REWRITE)
        elif name == dataset.RUN_NAME:
            yield Problem(name, what, "no other file holds it: make synth into another output")
        elif name == dataset.MANIFEST_NAME:
            remedy = "repair=true" if damaged else "make synth, with the options of the run,"
            yield Problem(name, what, f"{remedy} writes it again")
        elif stored[name] and name != PLAN_NAME:
            yield Problem(name, "cannot be checked without manifest.json", "as for manifest.json")


def _count_problems(records: Mapping[str, bytes]) -> Iterable[Problem]:
    """Every line of the corpus has become one row at least."""
    manifest = read_manifest(records.get(dataset.MANIFEST_NAME, b"")) or {}
    lines = sum(manifest.get("corpus_lines", {}).values())
    if manifest and manifest["counts"]["lines"] < lines:
        what = f"counts {manifest['counts']['lines']} rows of a corpus of {lines} lines"
        yield Problem(dataset.MANIFEST_NAME, what, "make synth into another output")
