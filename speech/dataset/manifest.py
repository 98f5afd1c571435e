"""manifest.json: what a finished dataset holds, a pure function of the files in _shards/."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from speech import storage
from speech.dataset.layout import (
    MANIFEST_NAME,
    PROVENANCE_NAME,
    RUN_NAME,
    Marker,
    marker_bytes,
    shard_part,
    summarize,
)
from speech.dataset.seal import SEAL, sealed, sha256, to_json, unseal
from speech.storage import Location


def write_manifest(
    output: Location,
    identity: Mapping[str, Any],
    markers: Mapping[int, Marker],
    provenance: Mapping[str, Any],
) -> None:
    """Write manifest.json; `provenance` is what is known of the run beside identity and markers
    (revisions, wall seconds), under keys of its own."""
    data = manifest_bytes(identity, markers, provenance)
    storage.write_bytes(storage.join(output, MANIFEST_NAME), data)


FOLLOWS = {
    "synthetic", "identity", "counts", "hours", "accepted_share", "reasons", "voices",
    "device_s", "stats", "stats_by_shard", "files", "records",
}  # fmt: skip
"""keys of the manifest that follow from identity and markers"""


def manifest_bytes(
    identity: Mapping[str, Any], markers: Mapping[int, Marker], provenance: Mapping[str, Any]
) -> bytes:
    """The manifest as a pure function of the files in _shards/, whose hashes it holds, and its own.

    Any one of them that is lost or edited is thus known by the others, and restored from them.
    """
    summary = summarize(markers)
    in_order = [marker for _, marker in sorted(markers.items())]
    records = {RUN_NAME: to_json(identity), PROVENANCE_NAME: to_json(provenance)}
    records |= {shard_part(m.index, m.count).marker: marker_bytes(m) for m in in_order}
    manifest = {
        "synthetic": True,
        "identity": identity,
        "counts": {
            "lines": summary.rows,
            "accepted": summary.total.accepted,
            "rejected": summary.total.rejected,
        },
        "hours": summary.hours,
        "accepted_share": summary.accepted_share,
        "reasons": summary.reasons,
        "voices": {voice: asdict(part) for voice, part in summary.voices.items()},
        "device_s": summary.stats.get("teacher_s", 0) + summary.stats.get("vocoder_s", 0),
        "stats": summary.stats,
        "stats_by_shard": [marker.stats for marker in in_order],
        "files": {name: asdict(stamp) for name, stamp in summary.files.items()},
        "records": {name: sha256(data) for name, data in records.items()},
    }
    assert manifest.keys() == FOLLOWS
    if clash := (FOLLOWS | {SEAL}) & provenance.keys():
        raise ValueError(f"provenance must not hold {sorted(clash)}")
    return sealed({**manifest, **provenance})


def read_manifest(data: bytes) -> dict[str, Any] | None:
    """None for one that is damaged, or of another version."""
    manifest = unseal(data)
    return manifest if manifest is not None and manifest.keys() >= FOLLOWS else None


def provenance_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What `manifest_bytes` was given of it."""
    return {key: value for key, value in manifest.items() if key not in FOLLOWS}
