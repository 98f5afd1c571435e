"""A finished dataset as it is published: clips, rejections, card and, last, the manifest."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.progress.byte_progress import Advance
from pipelines.push.parcel import CARD, Parcel, shown
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.identity import is_acquired
from speech.dataset.last_verified import last_verified
from speech.dataset.manifest import read_manifest
from speech.errors import InputError
from speech.storage import Location

MAX_ROW_GROUP_BYTES = 300 << 20
"""uncompressed: what the hub's viewer still shows"""
OWNED = ("data", "rejected", "_shards")
UNSTATED = "not stated"
"""how a bank says that nobody is known to have agreed"""
PROVENANCE = ("license", "speaker_id", "voice_consent")


def pack_dataset(location: Location, records: bool, advance: Advance) -> Parcel:
    """Args:
    records: send _shards/ as well, by which others can verify and extend it.

    Raises:
        InputError: no dataset, one that is not finished, was never verified or has changed since, or
            that the hub's viewer could not show.
    """
    manifest = _whole_manifest(location)
    sizes = _sizes(location)
    stamps = {name: f"{s['bytes']}:{s['crc32c']}" for name, s in manifest["files"].items()}
    if missing := sorted(stamps.keys() - sizes.keys()):
        raise InputError(f"{location}: {shown(missing)} missing; {_mend(location)}")
    licenses, consents = set[str](), dict[str, str]()
    for name, stamp in sorted(stamps.items()):
        path = storage.join(location, name)
        if storage.fingerprint(path) != stamp:
            raise InputError(f"{path} is not what {dataset.MANIFEST_NAME} says; {_mend(location)}")
        for row in _provenance(path):
            licenses |= {row["license"]} - {None}
            consents |= {row["speaker_id"]: row["voice_consent"]} if row["voice_consent"] else {}
        advance(sizes[name])
    extra = sorted(n for n in sizes if n.startswith("_shards/") and n != dataset.VERIFIED_NAME)
    names = [*sorted(stamps), *(extra if records else ()), CARD, dataset.MANIFEST_NAME]
    return Parcel(
        "dataset",
        location,
        files={name: storage.join(location, name) for name in names},
        sizes={name: sizes[name] for name in names},
        licenses=licenses,
        notes=_notes(consents),
        owned=OWNED,
    )


def _whole_manifest(location: Location) -> dict[str, Any]:
    path = storage.join(location, dataset.MANIFEST_NAME)
    if not storage.exists(path):
        if is_acquired(location):
            raise InputError(f"{location} is not finished; make synth goes on with it")
        raise InputError(f"{location} is no dataset: it has no {dataset.MANIFEST_NAME}")
    manifest = read_manifest(storage.read_bytes(path))
    if manifest is None:
        raise InputError(f"{path} is damaged or of another version; {_mend(location)}")
    if last_verified(location) is None:
        raise InputError(f'{location} was never verified: make verify ARGS="output={location}"')
    if not storage.exists(storage.join(location, CARD)):
        raise InputError(f"{location} has no {CARD}; {_mend(location)}")
    return manifest


def _mend(location: Location) -> str:
    return f'make verify ARGS="output={location} repair=true"'


def _sizes(location: Location) -> dict[str, int]:
    parts = [dataset.list_parts(location, folder) for folder in OWNED]
    return {
        name: size
        for found in (storage.list_files(location), *parts)
        for name, size in found.items()
    }


def _provenance(path: str) -> list[dict[str, Any]]:
    """What its rows say of licence and consent, each combination once.

    Raises:
        InputError: a row group that is too large for the viewer, or no Parquet file.
    """
    try:
        with storage.open_input(path, storage.COLUMN_FETCH_BYTES) as stream:
            file = pq.ParquetFile(stream)
            for index in range(file.num_row_groups):
                size = file.metadata.row_group(index).total_byte_size
                if size > MAX_ROW_GROUP_BYTES:
                    raise InputError(
                        f"{path}: row group {index} holds {size >> 20} MiB, and the hub's viewer shows "
                        f"none above {MAX_ROW_GROUP_BYTES >> 20}: make it with dataset.row_group_mb=64"
                    )
            present = [name for name in PROVENANCE if name in file.schema_arrow.names]
            table = file.read(present)
    except pa.ArrowException as error:
        raise InputError(f"{path} is no Parquet file, or a damaged one") from error
    found = table.group_by(present).aggregate([]).to_pylist() if present else []
    return [{**dict.fromkeys(PROVENANCE), **row} for row in found]


def _notes(consents: Mapping[str, str]) -> list[str]:
    unstated = sorted(name for name, said in consents.items() if said.startswith(UNSTATED))
    return [f"consent is not stated for the voices {shown(unstated)}"] if unstated else []
