"""manifest.json: what a finished dataset holds, a pure function of the files in _shards/."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from speech import storage
from speech.dataset.layout import MANIFEST_NAME, PROVENANCE_NAME, RUN_NAME, of_run, shard_part
from speech.dataset.markers import Summary, marker_bytes, summarize
from speech.dataset.runs import Run, RunRecord, kept
from speech.dataset.seal import sealed, sha256, to_json, unseal
from speech.storage import Location


def write_manifest(output: Location, runs: Sequence[Run]) -> None:
    storage.write_bytes(storage.join(output, MANIFEST_NAME), manifest_bytes(runs))


KEYS = {
    "synthetic", "counts", "hours", "accepted_share", "reasons", "voices", "device_s", "stats",
    "runs", "files", "records",
}  # fmt: skip


def manifest_bytes(runs: Sequence[Run]) -> bytes:
    """The manifest as a pure function of the files in _shards/, whose hashes it holds, and its own.

    Any one of them that is lost or edited is thus known by the others, and restored from them.

    Args:
        runs: in the order in which they came to the dataset.
    """
    summary = summarize(*(run.markers for run in runs))
    manifest = {
        "synthetic": True,
        "counts": _counts(summary),
        "hours": summary.hours,
        "accepted_share": summary.accepted_share,
        "reasons": summary.reasons,
        "voices": {voice: asdict(part) for voice, part in summary.voices.items()},
        "device_s": summary.stats.get("teacher_s", 0) + summary.stats.get("vocoder_s", 0),
        "stats": summary.stats,
        "runs": [_run(run) for run in runs],
        "files": {name: asdict(stamp) for name, stamp in summary.files.items()},
        "records": {name: digest for run in runs for name, digest in _records(run).items()},
    }
    assert manifest.keys() == KEYS
    return sealed(manifest)


def _counts(summary: Summary) -> dict[str, int]:
    return {
        "lines": summary.rows,
        "accepted": summary.total.accepted,
        "rejected": summary.total.rejected,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "tag": run.tag,
        "identity": run.identity,
        "provenance": run.provenance,
        "counts": _counts(run.summary),
        "stats_by_shard": [run.markers[index].stats for index in sorted(run.markers)],
    }


def _records(run: Run) -> dict[str, str]:
    """Name under the output -> hash."""
    records = {
        of_run(RUN_NAME, run.tag): to_json(run.identity),
        of_run(PROVENANCE_NAME, run.tag): to_json(run.provenance),
    }
    for _, marker in sorted(run.markers.items()):
        records[shard_part(marker.index, marker.count, run.tag).marker] = marker_bytes(marker)
    return {name: sha256(data) for name, data in records.items()}


def read_manifest(data: bytes) -> dict[str, Any] | None:
    """None for one that is damaged, or of another version."""
    manifest = unseal(data)
    return manifest if manifest is not None and manifest.keys() == KEYS else None


def stored_manifest(output: Location) -> dict[str, Any] | None:
    """None where there is none, or no whole one."""
    path = storage.join(output, MANIFEST_NAME)
    return read_manifest(storage.read_bytes(path)) if storage.exists(path) else None


def recorded(manifest: Mapping[str, Any]) -> list[RunRecord]:
    """The runs of a dataset as its manifest lists them, in their order."""
    return [RunRecord(run["tag"], run["identity"], run["provenance"]) for run in manifest["runs"]]


def runs_of(output: Location) -> list[RunRecord]:
    """The finished runs of a dataset in their order; none where there is no dataset."""
    manifest = stored_manifest(output)
    return kept(output) if manifest is None else recorded(manifest)
