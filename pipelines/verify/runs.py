"""The runs of a dataset as far as its files tell: by the manifest, or without one by their records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.verify.listing import Listing
from pipelines.verify.shard_check import Expected
from speech.dataset.layout import PROVENANCE_NAME, RUN_NAME, Part, of_run, shard_parts
from speech.dataset.manifest import recorded
from speech.dataset.seal import from_json
from speech.errors import InputError
from speech.storage import Checksum, Location


@dataclass(frozen=True)
class FoundRun:
    tag: str
    identity: Mapping[str, Any] | None
    """None where no file tells"""
    provenance: Mapping[str, Any] | None
    shards: tuple[Part, ...]
    expected: Mapping[Part, Expected]
    """what the manifest says of each part"""

    @property
    def is_copied(self) -> bool:
        """From another dataset, so that it can not be spoken again here."""
        return "merged_from" in (self.identity or {})

    @property
    def is_spoken(self) -> bool:
        return "teacher" in (self.identity or {}) and not self.is_copied


def find_runs(
    output: Location, listing: Listing, manifest: Mapping[str, Any] | None
) -> list[FoundRun]:
    """In their order; a run that was begun and never finished is none of the dataset.

    Raises:
        InputError: there is no dataset of this project.
    """
    if manifest is not None:
        return _listed_runs(manifest)
    tags = [tag for tag in listing.runs() if of_run(PROVENANCE_NAME, tag) in listing.sizes]
    return [_kept_run(output, listing, tag) for tag in ("", *tags)]


def _listed_runs(manifest: Mapping[str, Any]) -> list[FoundRun]:
    files, records = manifest["files"], manifest["records"]
    found = []
    for run, listed in zip(recorded(manifest), manifest["runs"], strict=True):
        expected = {
            shard: Expected(
                {name: Checksum(**files[name]) for name in shard.files},
                records[shard.marker],
                listed["stats_by_shard"][shard.index],
            )
            for shard in run.shards
        }
        found.append(FoundRun(run.tag, run.identity, run.provenance, tuple(expected), expected))
    return found


def _kept_run(output: Location, listing: Listing, tag: str) -> FoundRun:
    identity, provenance = (
        from_json(listing.read(output, of_run(name, tag))) for name in (RUN_NAME, PROVENANCE_NAME)
    )
    if counts := listing.shard_counts(tag):
        count = counts.most_common(1)[0][0]
    elif tag or (provenance is not None and "merged" in (identity or {})):
        count = 0  # a merging has no shard of its own
    elif "merged" in (identity or {}):
        raise InputError(f"{output} is not merged yet: its command, given again, goes on with it")
    elif RUN_NAME in listing.sizes:
        raise InputError(f"{output} holds no finished shard yet; make synth goes on with it")
    else:
        raise InputError(
            f"{output} is no dataset of make synth: it has no manifest.json and no markers"
        )
    return FoundRun(tag, identity, provenance, tuple(shard_parts(count, tag)), {})
