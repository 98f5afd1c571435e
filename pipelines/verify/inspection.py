"""What is wrong with a dataset: every file against what the others say that it must hold.

Rows are known by hashes in their shard's marker and in the manifest; markers, identity and
provenance by hashes in the manifest; the manifest by its seal, and with the card by what it follows
from. So any one file may be damaged or lost, and the others say what it held.
"""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from pipelines.run.row_counts import PLAN_NAME
from pipelines.verify.listing import Listing
from pipelines.verify.records import find_records
from pipelines.verify.runs import FoundRun, find_runs
from pipelines.verify.shard_check import Progress, ShardCheck, check_shard
from speech.dataset.layout import (
    CARD_NAME,
    MANIFEST_NAME,
    PROVENANCE_NAME,
    RUN_NAME,
    VERIFIED_NAME,
    Part,
    of_run,
    records_folder,
)
from speech.dataset.manifest import read_manifest
from speech.dataset.markers import Marker
from speech.storage import Location

READERS = 8
RECORDS = (RUN_NAME, PROVENANCE_NAME, PLAN_NAME)
"""of each run"""
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
    runs: tuple[FoundRun, ...]
    unfinished: tuple[str, ...]
    """tags of runs that are extending it, and no part of it yet"""
    shards: Mapping[Part, ShardCheck]
    records: Mapping[str, bytes]
    """what markers, identity, provenance, manifest and card must hold, as far as that is known"""
    problems: tuple[Problem, ...]

    @property
    def markers(self) -> dict[Part, Marker]:
        return {part: shard.marker for part, shard in self.shards.items() if shard.marker}

    @property
    def rows(self) -> int:
        return sum(marker.accepted + marker.rejected for marker in self.markers.values())

    @property
    def damaged(self) -> tuple[Part, ...]:
        """Shards to be spoken again, in their order."""
        return tuple(part for part, shard in self.shards.items() if shard.remake)


def inspect(
    output: Location,
    listing: Listing,
    progress: Progress,
    known: Mapping[Part, ShardCheck] | None = None,
    anew: Collection[Part] = (),
) -> Inspection:
    """Args:
    known: shards that were found whole before, and are not read again.
    anew: shards whose own markers count, whatever the manifest says.

    Raises:
        InputError: there is no dataset of this project.
    """
    manifest = read_manifest(listing.read(output, MANIFEST_NAME))
    runs = find_runs(output, listing, manifest)
    unfinished = tuple(tag for tag in listing.runs() if tag not in {run.tag for run in runs})
    expected = {part: e for run in runs for part, e in run.expected.items() if part not in anew}

    def check(part: Part) -> ShardCheck:
        if known and part in known:
            return known[part]
        return check_shard(output, part, expected.get(part), listing.sizes, progress)

    with ThreadPoolExecutor(READERS) as pool:
        parts = [part for run in runs for part in run.shards]
        shards = {shard.part: shard for shard in _with_each_id_once(list(pool.map(check, parts)))}
    names = [of_run(name, run.tag) for run in runs for name in RECORDS]
    stored = {n: listing.read(output, n) for n in (*names, MANIFEST_NAME, CARD_NAME)}
    records = find_records(output, stored, manifest, runs, shards, unfinished)
    own = {*stored, VERIFIED_NAME, *(name for part in parts for name in (part.marker, *part.files))}
    problems = [
        *(problem for run in runs for problem in _shard_problems(run, shards)),
        *_record_problems(stored, records, any(shard.remake for shard in shards.values())),
        *_count_problems(records),
        *(Problem(*line) for line in listing.foreign(own, unfinished)),
    ]
    return Inspection(output, listing, tuple(runs), unfinished, shards, records, tuple(problems))


def _with_each_id_once(shards: list[ShardCheck]) -> list[ShardCheck]:
    """Those that accept an id which they or another accept too are to be made again."""
    ids = np.concatenate([np.zeros(0, np.int64), *(shard.ids for shard in shards)])
    unique, times = np.unique(ids, return_counts=True)
    shared = unique[times > 1]
    if not len(shared):
        return shards
    return [
        replace(
            shard,
            problems={shard.part.data: f"has {both} ids that are accepted twice"},
            remake=True,
        )
        if (both := int(np.isin(shard.ids, shared).sum()))
        else shard
        for shard in shards
    ]


def _remedy(run: FoundRun, shard: ShardCheck) -> str:
    if not shard.remake:
        return REWRITE
    if run.is_copied:
        return "delete it, and python -m pipelines.merge, given again, copies it again"
    if run.is_spoken:
        return "repair=true makes its shard again"
    return "the command that wrote it, given again, makes its shard again"


def _shard_problems(run: FoundRun, shards: Mapping[Part, ShardCheck]) -> Iterable[Problem]:
    missing = 0
    for shard in map(shards.__getitem__, run.shards):
        missing += not shard.made
        for file, what in shard.problems.items():
            yield Problem(file, what, _remedy(run, shard))
    if missing:
        count = len(run.shards)
        what = f"holds {count - missing} of {count} shards"
        yield Problem(f"{records_folder(run.tag)}/", what, "make synth makes the others")


def _record_problems(
    stored: Mapping[str, bytes], records: Mapping[str, bytes], damaged: bool
) -> Iterable[Problem]:
    for name in stored:
        what = "is damaged or edited" if stored[name] else "is missing or empty"
        if name in records:
            if stored[name] != records[name]:
                yield Problem(name, what, REWRITE)
        elif name.endswith("/run.json"):
            yield Problem(name, what, "no other file holds it: make synth into another output")
        elif name == MANIFEST_NAME:
            remedy = "repair=true" if damaged else "make synth, with the options of the run,"
            yield Problem(name, what, f"{remedy} writes it again")
        elif stored[name] and not name.endswith("/plan.json"):
            yield Problem(name, "cannot be checked without manifest.json", "as for manifest.json")


def _count_problems(records: Mapping[str, bytes]) -> Iterable[Problem]:
    """Every line of the corpus has become one row at least, or was there before."""
    manifest = read_manifest(records.get(MANIFEST_NAME, b""))
    for run in manifest["runs"] if manifest else ():
        known = run["provenance"]
        lines = sum(known.get("corpus_lines", {}).values())
        there = sum(known.get("known", {}).values()) + sum(known.get("dropped", {}).values())
        if run["counts"]["lines"] + there < lines:
            what = f"counts {run['counts']['lines']} rows of a corpus of {lines} lines"
            yield Problem(MANIFEST_NAME, what, "make synth into another output")
