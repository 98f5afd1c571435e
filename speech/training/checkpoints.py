"""Checkpoints that are whole or not there: hashed, written in one step, the newest sound one used.

checkpoints/step-00001000.pt     weights, averages, optimizers, position
checkpoints/step-00001000.json   its SHA-256, written last
"""

import json
import logging
import tempfile
from pathlib import Path
from typing import Any

import torch

from speech import storage
from speech.errors import InputError
from speech.local_files import stamp_of
from speech.temporaries import remove_stale, temporary_file

log = logging.getLogger(__name__)


class Checkpoints:
    """The checkpoints of one run, below `output` (local or gs://); the last `keep` are kept."""

    def __init__(self, output: str, keep: int) -> None:
        self.folder = storage.join(output, "checkpoints")
        self.keep = keep

    def save(self, step: int, state: dict[str, Any]) -> None:
        name = f"step-{step:08d}"
        with temporary_file(self._scratch() / name) as temporary:
            torch.save(state, temporary)
            sha256 = stamp_of(temporary).sha256
            storage.publish(temporary, storage.join(self.folder, f"{name}.pt"))
        marker = json.dumps({"sha256": sha256, "step": step}) + "\n"
        storage.write_bytes(storage.join(self.folder, f"{name}.json"), marker.encode())
        for old in self._steps()[self.keep :]:
            for suffix in ("json", "pt"):  # the marker first: never a marker without its weights
                storage.delete(storage.join(self.folder, f"step-{old:08d}.{suffix}"))

    def load_latest(self) -> dict[str, Any] | None:
        """The newest checkpoint whose bytes are those that were written; None where there is none.

        Raises:
            InputError: there are checkpoints, and all of them are damaged.
        """
        remove_stale(self._scratch())  # what a killed run was writing
        steps = self._steps()
        for step in steps:
            path = storage.join(self.folder, f"step-{step:08d}.pt")
            try:
                marker = json.loads(storage.read_bytes(path.removesuffix("pt") + "json"))
                local = storage.local_path(path)
                if stamp_of(local).sha256 == marker["sha256"]:
                    return torch.load(local, map_location="cpu", weights_only=True)
            except (InputError, ValueError, KeyError):
                pass
            log.warning("checkpoint %s is damaged; looking for the one before", path)
        if steps:
            raise InputError(f"all {len(steps)} checkpoints in {self.folder} are damaged")
        return None

    def _steps(self) -> list[int]:
        """Steps with a marker, newest first."""
        names = storage.list_files(self.folder)
        found = [n for n in names if n.startswith("step-") and n.endswith(".json")]
        return sorted((int(name[5:-5]) for name in found), reverse=True)

    def _scratch(self) -> Path:
        """On the file system of a local output, so that publishing is one rename."""
        if storage.is_gcs(self.folder):
            return Path(tempfile.gettempdir())
        folder = Path(self.folder).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
