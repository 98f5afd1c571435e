"""The runs that a dataset is the work of: the first, those that extended it, those merged into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.layout import PROVENANCE_NAME, RUN_NAME, Part, of_run
from speech.dataset.markers import Marker, Summary, finished, summarize
from speech.dataset.seal import from_json
from speech.storage import Location


@dataclass(frozen=True)
class Run:
    """What manifest and card follow from; all of it lies in the run's records under _shards/."""

    tag: str
    """empty for the first"""
    identity: Mapping[str, Any]
    """what its rows follow from"""
    provenance: Mapping[str, Any]
    """what only the run that finished it could know (revisions, wall seconds), as JSON values"""
    markers: Mapping[int, Marker]

    @property
    def summary(self) -> Summary:
        return summarize(self.markers)


@dataclass(frozen=True)
class RunRecord:
    """A run by what is written of it, whether or not its shards are there."""

    tag: str
    identity: Mapping[str, Any]
    provenance: Mapping[str, Any]

    @property
    def shards(self) -> list[Part]:
        return dataset.shard_parts(int(self.identity["shards"]), self.tag)

    def read(self, output: Location) -> Run:
        """With those of its shards that are finished."""
        markers = finished(output, int(self.identity["shards"]), self.tag)
        return Run(self.tag, self.identity, self.provenance, markers)


def kept(output: Location) -> list[RunRecord]:
    """The runs that are finished, or were, by their own records: for a dataset without a manifest.

    The provenance of a run is written when all of its shards are there.
    """
    found = ((tag, kept_record(output, tag)) for tag in ("", *dataset.list_runs(output)))
    return [RunRecord(tag, *both) for tag, both in found if both is not None]


def kept_record(output: Location, tag: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    identity = read_record(output, of_run(RUN_NAME, tag))
    provenance = read_record(output, of_run(PROVENANCE_NAME, tag))
    return None if identity is None or provenance is None else (identity, provenance)


def read_record(output: Location, name: str) -> dict[str, Any] | None:
    """None where it is missing or damaged."""
    path = storage.join(output, name)
    return from_json(storage.read_bytes(path)) if storage.exists(path) else None
