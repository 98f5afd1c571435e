"""A finished dataset, what `make verify` says of it, and every way in which it is edited."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from blocks import command_into
from fakes import open_fake_studio

from pipelines.run.row_counts import PLAN_NAME
from pipelines.verify import __main__ as verify
from pipelines.verify.__main__ import VerifyConfig
from speech.dataset import layout as dataset
from speech.dataset.markers import marker_bytes, parse_marker
from speech.dataset.seal import sealed, to_json
from speech.storage.local_files import checksum_of

LINES, SHARDS = 40, 3
DATA, REJECTED = dataset.shard_part(1, SHARDS).data, dataset.shard_part(1, SHARDS).rejected
MARKER, OTHER_DATA = dataset.shard_part(1, SHARDS).marker, dataset.shard_part(2, SHARDS).data
RUN, PROVENANCE = dataset.RUN_NAME, dataset.PROVENANCE_NAME
MANIFEST, CARD = dataset.MANIFEST_NAME, dataset.CARD_NAME

Edit = Callable[[Path], object]


def run(output: str | Path, *overrides: str, opener=open_fake_studio) -> int:
    config = command_into(str(output), VerifyConfig, "verify", "runner.workers=1", *overrides)
    return verify.main(config, opener=opener)


def contents(root: Path) -> dict[str, bytes]:
    """But when it was verified, which is no part of what a run writes."""
    found = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() for name, path in found.items() if name != dataset.VERIFIED_NAME
    }


def flip(name: str, root: Path) -> None:
    data = bytearray((root / name).read_bytes())
    data[len(data) // 2] ^= 1
    (root / name).write_bytes(data)


def cut(name: str, root: Path) -> None:
    os.truncate(root / name, (root / name).stat().st_size // 2)


def lose(name: str, root: Path) -> None:
    (root / name).unlink()


def empty(name: str, root: Path) -> None:
    (root / name).write_bytes(b"")


def same_size(name: str, root: Path) -> None:
    (root / name).write_bytes(os.urandom((root / name).stat().st_size))


def swap(root: Path) -> None:
    (root / DATA).rename(root / "aside")
    (root / OTHER_DATA).rename(root / DATA)
    (root / "aside").rename(root / OTHER_DATA)


def lose_shard(root: Path) -> None:
    for name in (DATA, REJECTED, MARKER):
        lose(name, root)


def edit_json(name: str, change: Callable[[dict], object], root: Path, seal: bool = False) -> None:
    path = root / name
    value = json.loads(path.read_bytes())
    change(value)
    value.pop("sha256", None)
    path.write_bytes(sealed(value) if seal else to_json(value))


def more_accepted(value: dict) -> None:
    value["counts"]["accepted"] += 1


def twice_a_row(root: Path) -> None:
    """With a marker that says so."""
    rows = pq.read_table(root / DATA)
    pq.write_table(pa.concat_tables([rows, rows.slice(0, 1)]), root / DATA)
    marker = parse_marker((root / MARKER).read_bytes(), dataset.shard_part(1, SHARDS))
    assert marker is not None
    files = {**marker.files, DATA: checksum_of(root / DATA)}
    (root / MARKER).write_bytes(
        marker_bytes(replace(marker, accepted=marker.accepted + 1, files=files))
    )


def lose_manifest_and(edit: Edit, root: Path) -> None:
    lose(MANIFEST, root)
    edit(root)


EDITS: dict[str, tuple[str, Edit]] = {
    "byte of data": (DATA, partial(flip, DATA)),
    "byte of rejected": (REJECTED, partial(flip, REJECTED)),
    "byte of a marker": (MARKER, partial(flip, MARKER)),
    "byte of run.json": (RUN, partial(flip, RUN)),
    "byte of provenance": (PROVENANCE, partial(flip, PROVENANCE)),
    "byte of the manifest": (MANIFEST, partial(flip, MANIFEST)),
    "byte of the card": (CARD, partial(flip, CARD)),
    "half of data": (DATA, partial(cut, DATA)),
    "half of a marker": (MARKER, partial(cut, MARKER)),
    "half of the manifest": (MANIFEST, partial(cut, MANIFEST)),
    "no data": (DATA, partial(lose, DATA)),
    "no rejected": (REJECTED, partial(lose, REJECTED)),
    "no marker": (MARKER, partial(lose, MARKER)),
    "no run.json": (RUN, partial(lose, RUN)),
    "no provenance": (PROVENANCE, partial(lose, PROVENANCE)),
    "no manifest": (MANIFEST, partial(lose, MANIFEST)),
    "no card": (CARD, partial(lose, CARD)),
    "no shard": (REJECTED, lose_shard),
    "empty data": (DATA, partial(empty, DATA)),
    "empty marker": (MARKER, partial(empty, MARKER)),
    "empty manifest": (MANIFEST, partial(empty, MANIFEST)),
    "empty run.json": (RUN, partial(empty, RUN)),
    "other content of the same size": (DATA, partial(same_size, DATA)),
    "two shards' files for each other": (OTHER_DATA, swap),
    "count of the manifest": (MANIFEST, partial(edit_json, MANIFEST, more_accepted)),
    "count of a sealed manifest": (
        MANIFEST,
        partial(edit_json, MANIFEST, more_accepted, seal=True),
    ),
    "count of a marker": (MARKER, partial(edit_json, MARKER, lambda m: m.update(accepted=99))),
    "seed of run.json": (RUN, partial(edit_json, RUN, lambda run: run.update(seed=9))),
    "a row twice": (DATA, twice_a_row),
    "an absurd number of shards": (RUN, partial(edit_json, RUN, lambda r: r.update(shards=10**12))),
    "no manifest, count of a marker": (
        MARKER,
        partial(lose_manifest_and, partial(edit_json, MARKER, lambda m: m.update(rejected=7))),
    ),
    "no manifest, byte of data": (DATA, partial(lose_manifest_and, partial(flip, DATA))),
    "byte of the plan": (PLAN_NAME, partial(flip, PLAN_NAME)),
    "no plan": (PLAN_NAME, partial(lose, PLAN_NAME)),
    "rows of the plan": (
        PLAN_NAME,
        partial(edit_json, PLAN_NAME, lambda plan: plan["rows"].update({"0": 1})),
    ),
    "no manifest, no card": (CARD, partial(lose_manifest_and, partial(lose, CARD))),
}
