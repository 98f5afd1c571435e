"""An output in which nothing was finished, and on which nobody is at work, may become another run's.

Who launches a run says so beside its workers' heartbeats, which go when the run is finished.
"""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psutil

from pipelines.config import SynthConfig
from pipelines.progress.heartbeat import WORKERS, sweep_heartbeats
from pipelines.run.claims import sweep_plan_claim
from pipelines.run.row_counts import PLAN_NAME
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.layout import MANIFEST_NAME, RUN_NAME, UNIT_MARKER
from speech.dataset.runs import read_record
from speech.dataset.seal import from_json, to_json
from speech.errors import InputError
from speech.storage import Location

LAUNCHER = "launcher-"
PLANS, UNITS = "_shards/plan", "_shards/units"


@contextmanager
def launcher_noted(config: SynthConfig) -> Iterator[None]:
    """Acquire the output within: who finds its identity there finds the note as well. An output that
    is refused keeps none."""
    path = note_launcher(config)
    try:
        yield
    except InputError:
        storage.delete(path)
        raise


def note_launcher(config: SynthConfig) -> str:
    """Say that this process works on the output, and whether others may do so after it has ended;
    returns where."""
    host, process = socket.gethostname(), psutil.Process()
    sign = {
        "host": host,
        "pid": process.pid,
        "started_at": process.create_time(),
        "works_alone": config.runner.is_this_machine,
    }
    path = storage.join(config.output, WORKERS, f"{LAUNCHER}{host}-{process.pid}.json")
    storage.write_bytes(path, to_json(sign))
    return path


def release_unused(output: Location, identity: Mapping[str, Any]) -> None:
    """Remove what another run has planned in an output, if it has finished nothing and nobody is at
    work; its identity goes last."""
    there = read_record(output, RUN_NAME)
    if there is None or to_json(there) == to_json(identity) or not _is_unused(output):
        return
    for folder in (*_folders_below(output, PLANS), *_folders_below(output, UNITS)):
        storage.delete_folder(folder)
    storage.delete(storage.join(output, PLAN_NAME))
    sweep_plan_claim(output)
    sweep_heartbeats(output)
    storage.delete(storage.join(output, RUN_NAME))


def _is_unused(output: Location) -> bool:
    """Whether no shard and no unit is finished, no other run is there, and all launchers are gone."""
    if storage.exists(storage.join(output, MANIFEST_NAME)) or dataset.list_runs(output):
        return False
    if any(dataset.list_parts(output, folder) for folder in ("data", "rejected")):
        return False
    units = (
        name for folder in _folders_below(output, UNITS) for name in storage.list_files(folder)
    )
    return not any(map(UNIT_MARKER.fullmatch, units)) and not _is_worked_on(output)


def _folders_below(output: Location, folder: str) -> list[str]:
    """The numbered folders of a folder, and those below them; the folder itself last."""
    root, found = storage.join(output, folder), []
    for name in sorted(storage.list_names(root)):
        if name.isdigit():
            found += _folders_below(output, f"{folder}/{name}")
    return [*found, root]


def _is_worked_on(output: Location) -> bool:
    """Whether a launcher lives, or may: on another machine, or with workers on others."""
    folder = storage.join(output, WORKERS)
    for name in storage.list_files(folder):
        if name.startswith(LAUNCHER):
            sign = from_json(storage.read_bytes(storage.join(folder, name))) or {}
            if not sign.get("works_alone") or sign.get("host") != socket.gethostname():
                return True
            if sign["pid"] != os.getpid() and _lives(sign["pid"], sign["started_at"]):
                return True
    return False


def _lives(pid: int, started_at: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started_at) < 1
    except psutil.Error:
        return False
