"""What the small files of a dataset must hold, as far as the others tell."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from pipelines.run.description import CARD_KEY, card_of
from pipelines.run.row_counts import PLAN_NAME, plan_bytes
from pipelines.verify.runs import FoundRun
from pipelines.verify.shard_check import ShardCheck
from speech.dataset.layout import CARD_NAME, MANIFEST_NAME, PROVENANCE_NAME, RUN_NAME, Part, of_run
from speech.dataset.manifest import manifest_bytes
from speech.dataset.markers import Marker, marker_bytes
from speech.dataset.runs import Run, RunRecord, kept_record
from speech.dataset.seal import to_json
from speech.storage import Location


def find_records(
    output: Location,
    stored: Mapping[str, bytes],
    manifest: Mapping[str, Any] | None,
    runs: Sequence[FoundRun],
    shards: Mapping[Part, ShardCheck],
    unfinished: Sequence[str],
) -> dict[str, bytes]:
    """From the manifest where that is whole, else from the files themselves.

    Args:
        stored: records, manifest and card as they are.
        unfinished: runs that are extending the dataset.
    """
    records: dict[str, bytes] = {}
    known: list[Run] = []
    for run in runs:
        markers = {
            part.index: marker for part in run.shards if (marker := shards[part].marker) is not None
        }
        records |= _of_run(run, markers)
        if (
            run.identity is not None
            and run.provenance is not None
            and len(markers) == len(run.shards)
        ):
            known.append(Run(run.tag, run.identity, run.provenance, markers))
    if len(known) == len(runs):
        records[MANIFEST_NAME] = manifest_bytes(known)
    elif manifest is not None:
        records[MANIFEST_NAME] = stored[MANIFEST_NAME]
    if MANIFEST_NAME in records and any(CARD_KEY in (run.provenance or {}) for run in runs):
        with suppress(ValueError):  # of another version, whose configuration is not read here
            records[CARD_NAME] = card_of(records[MANIFEST_NAME])
            if stored[CARD_NAME] in _coming_cards(output, known, unfinished):
                records[CARD_NAME] = stored[CARD_NAME]
    return records


def _of_run(run: FoundRun, markers: Mapping[int, Marker]) -> dict[str, bytes]:
    records = {
        part.marker: marker_bytes(markers[part.index])
        for part in run.shards
        if part.index in markers
    }
    if run.identity is not None:
        records[of_run(RUN_NAME, run.tag)] = to_json(run.identity)
    if run.provenance is not None:
        records[of_run(PROVENANCE_NAME, run.tag)] = to_json(run.provenance)
        is_whole = len(markers) == len(run.shards)
        if is_whole and not run.is_copied and "corpus_lines" in run.provenance:
            lines, there = run.provenance["corpus_lines"], run.provenance.get("known", {})
            records[of_run(PLAN_NAME, run.tag)] = plan_bytes(lines, there, markers)
    return records


def _coming_cards(output: Location, runs: Sequence[Run], unfinished: Sequence[str]) -> list[bytes]:
    """The card is written before the manifest: for a moment it is that of the dataset to be."""
    found = []
    for tag in unfinished:
        if (record := kept_record(output, tag)) is not None:
            coming = RunRecord(tag, *record).read(output)
            found.append(card_of(manifest_bytes([*runs, coming])))
    return found
