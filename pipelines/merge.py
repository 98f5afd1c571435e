"""Finished datasets -> one: their files are copied as they are, and how each was made is kept.

  datasets=[out/a,gs://b/c]   in the order of their rows
  output=out/merged           a new folder or gs://bucket/path
  on_duplicate=keep_first     leave out the later of two clips with one id, rather than refuse them
Run it again to continue after a crash. Exit status: 0 done, 2 wrong input.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, Literal

from rich.console import Console

from pipelines.progress.byte_progress import byte_progress
from pipelines.run.description import (
    check_shards,
    keep_provenance,
    with_others,
    write_description,
)
from speech import storage
from speech.config import Config, run_app
from speech.dataset.columns import check_columns
from speech.dataset.copies import copy_shard, copy_without
from speech.dataset.doubles import Double, Source, find_doubles
from speech.dataset.identity import acquire, is_acquired
from speech.dataset.layout import MANIFEST_NAME, RUN_NAME, Part, of_run, shard_part
from speech.dataset.manifest import recorded, stored_manifest
from speech.dataset.markers import Marker, finished, marker_bytes
from speech.dataset.runs import Run, RunRecord
from speech.dataset.seal import sha256, to_json
from speech.errors import InputError
from speech.progress import waiting
from speech.storage.outputs import DATASET, check_folder

COPIES = 8
"""shards copied at a time"""


class MergeConfig(Config):
    datasets: tuple[str, ...]
    output: str
    on_duplicate: Literal["error", "keep_first"]


@dataclass(frozen=True)
class SourceRun:
    """A run of one of the datasets, and what it is called in the new one."""

    dataset: str
    manifest_sha256: str
    record: RunRecord
    markers: Mapping[int, Marker]
    tag: str

    @property
    def identity(self) -> dict[str, Any]:
        """Its own, and where it is from; of one that was merged before, that is kept below."""
        origin = {
            "dataset": self.dataset,
            "run": self.record.tag,
            "manifest_sha256": self.manifest_sha256,
        }
        if earlier := self.record.identity.get("merged_from"):
            origin["merged_from"] = earlier
        return {**self.record.identity, "merged_from": origin}

    @property
    def sources(self) -> list[Source]:
        return [Source(self.dataset, part) for part in self.record.shards]

    def target(self, source: Source) -> Part:
        return shard_part(source.part.index, source.part.count, self.tag)


Dropped = Mapping[Source, Collection[str]]
"""ids of the rows of a shard that are left out"""


def main(config: MergeConfig) -> int:
    console = Console(highlight=False, soft_wrap=True)
    check_folder(config.output, DATASET)
    runs = open_sources(config)
    claim = partial(acquire, config.output, own_identity(config, runs))
    begun = is_acquired(config.output)
    if begun:
        claim()
        if stored_manifest(config.output) is not None and not _unfinished(config, runs):
            console.print(f"everything is done already in {config.output}")
            return 0
    dropped = find_dropped(config, runs, console)
    if not begun:  # only now: a refusal leaves nothing behind
        claim()
    copy(config, runs, dropped, console)
    accepted = finish(config, runs, dropped)
    gone = sum(map(len, dropped.values()))
    told = f", {gone} left out whose ids were there" if gone else ""
    console.print(f"{accepted} clips of {len(config.datasets)} datasets in {config.output}{told}")
    return 0


def open_sources(config: MergeConfig) -> list[SourceRun]:
    """Every run that has shards, with its tag to be.

    Raises:
        InputError: what is no finished dataset, is named twice, or has other columns.
    """
    places = [dataset.rstrip("/") for dataset in config.datasets]
    known, output = {_by_one_name(place) for place in places}, _by_one_name(config.output)
    inside = any(f"{output}/".startswith(f"{one}/") for one in known)
    if len(places) < 2 or len(known) < len(places) or inside:
        raise InputError(
            f"datasets=[{','.join(places)}] output={config.output}: allowed are two datasets or more, "
            "each named once, and another output, in none of them"
        )
    runs: list[SourceRun] = []
    for place in places:
        manifest = stored_manifest(place)
        if manifest is None:
            raise InputError(
                f"{place} is no finished dataset: {MANIFEST_NAME} is missing or damaged"
            )
        digest = sha256(to_json(manifest))
        for record in recorded(manifest):
            if record.shards:
                check_columns(place, record.shards[0])
                markers = _whole_markers(place, record, manifest)
                runs.append(SourceRun(place, digest, record, markers, f"m{len(runs) + 1:03d}"))
    return runs


def _by_one_name(place: str) -> str:
    return place.rstrip("/") if "://" in place else os.path.realpath(os.path.expanduser(place))


def _whole_markers(
    place: str, record: RunRecord, manifest: Mapping[str, Any]
) -> Mapping[int, Marker]:
    """Raises InputError: one is not what the manifest says, or a file beside it."""
    markers = record.read(place).markers
    for part in record.shards:
        marker = markers.get(part.index)
        if marker is None or sha256(marker_bytes(marker)) != manifest["records"][part.marker]:
            mend = f'make verify ARGS="output={place} repair=true"'
            raise InputError(f"{place}: {part.marker} or a file that it names is damaged; {mend}")
    return markers


def own_identity(config: MergeConfig, runs: Sequence[SourceRun]) -> dict[str, Any]:
    """Of the merging, which has no shard of its own."""
    return {
        "merged": {run.dataset: run.manifest_sha256 for run in runs},
        "order": list(dict.fromkeys(run.dataset for run in runs)),
        "on_duplicate": config.on_duplicate,
        "shards": 0,
        "code": f"tts-distill {version('tts-distill')}",
    }


def find_dropped(config: MergeConfig, runs: Sequence[SourceRun], console: Console) -> Dropped:
    """Raises InputError: an id is in two datasets, and `on_duplicate` does not say which to keep."""
    dropped: dict[Source, set[str]] = defaultdict(set)
    doubles: list[Double] = []
    with waiting("comparing ids", console):
        for double in find_doubles([source for run in runs for source in run.sources]):
            doubles.append(double)
            dropped[double.source].add(double.id)
    if doubles and config.on_duplicate == "error":
        one = doubles[0]
        raise InputError(
            f"{one.id} is in {one.first.dataset}/{one.first.part.data} and in "
            f"{one.source.dataset}/{one.source.part.data}: {len(doubles)} ids are in two datasets; "
            "on_duplicate=keep_first leaves out the later clip"
        )
    return dropped


def copy(
    config: MergeConfig, runs: Sequence[SourceRun], dropped: Dropped, console: Console
) -> None:
    """What an earlier try has copied stays."""
    todo = _unfinished(config, runs)
    total = sum(file.bytes for run, s in todo for file in run.markers[s.part.index].files.values())
    with (
        byte_progress("copying", total, console) as advance,
        ThreadPoolExecutor(COPIES) as pool,
    ):
        for _ in pool.map(partial(_copy, config.output, dropped, advance), todo):
            pass


def _unfinished(config: MergeConfig, runs: Sequence[SourceRun]) -> list[tuple[SourceRun, Source]]:
    left = []
    for run in runs:
        done = finished(config.output, len(run.record.shards), run.tag)
        left += [(run, source) for source in run.sources if source.part.index not in done]
    return left


def _copy(
    output: str,
    dropped: Dropped,
    advance: Callable[[int], None],
    shard: tuple[SourceRun, Source],
) -> None:
    run, source = shard
    marker, part = run.markers[source.part.index], run.target(source)
    if left_out := dropped.get(source):
        row_group_bytes = run.record.identity["dataset"]["row_group_mb"] << 20
        copy_without(source, marker, output, part, left_out, row_group_bytes, advance)
    else:
        copy_shard(source, marker, output, part, advance)


def finish(config: MergeConfig, runs: Sequence[SourceRun], dropped: Dropped) -> int:
    """Write records, card and, last, the manifest; how many clips there are of the merged datasets.

    Raises:
        InputError: the dataset was extended since, and a shard of that is missing.
    """
    output = config.output
    merged = [Run("", own_identity(config, runs), {}, {})]
    for run in runs:
        gone = {str(s.part.index): len(dropped[s]) for s in run.sources if dropped.get(s)}
        provenance = {**run.record.provenance, "dropped": gone}
        markers = finished(output, len(run.record.shards), run.tag)
        merged.append(Run(run.tag, run.identity, provenance, markers))
        path = storage.join(output, of_run(RUN_NAME, run.tag))
        storage.write_bytes(path, to_json(run.identity))
    every = with_others(output, merged)
    check_shards(output, every)
    for each in reversed(merged):  # that of the merging last: it says that all others are there
        keep_provenance(output, each.tag, each.provenance)
    write_description(output, every)
    return sum(run.summary.total.accepted for run in merged)


if __name__ == "__main__":
    sys.exit(run_app(MergeConfig, "merge", main))
