"""Checkpoints that are whole or not there: hashed, written in one step, the newest sound one used.

checkpoints/step-00001000.pt     weights, averages, optimizers, position
checkpoints/step-00001000.json   its SHA-256, written last
"""

import json
import logging
import pickle
import re
import tempfile
from pathlib import Path
from typing import Any

import torch

from speech import storage
from speech.errors import InputError
from speech.storage.local_files import checksum_of
from speech.storage.temporaries import remove_stale, temporary_file

_MARKER = re.compile(r"step-(\d{8,})\.json", re.ASCII)
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
            sha256 = checksum_of(temporary).sha256
            storage.publish(temporary, storage.join(self.folder, f"{name}.pt"))
        marker = json.dumps({"sha256": sha256, "step": step}) + "\n"
        storage.write_bytes(storage.join(self.folder, f"{name}.json"), marker.encode())
        for old in self._steps()[self.keep :]:
            for suffix in ("json", "pt"):  # the marker first: never a marker without its weights
                storage.delete(storage.join(self.folder, f"step-{old:08d}.{suffix}"))

    def load_latest(self) -> tuple[str, dict[str, Any]] | None:
        """The newest checkpoint whose bytes are those that were written, and its path; None where
        there is none.

        Raises:
            InputError: there are checkpoints, and all of them are damaged.
        """
        remove_stale(self._scratch())  # what a killed run was writing
        steps = self._steps()
        for step in steps:
            path = storage.join(self.folder, f"step-{step:08d}.pt")
            state = self._load(path)
            if state is not None:
                return path, state
            log.warning("checkpoint %s is damaged; looking for the one before", path)
        if steps:
            raise InputError(f"all {len(steps)} checkpoints in {self.folder} are damaged")
        return None

    def _load(self, path: str) -> dict[str, Any] | None:
        """None for one that is damaged."""
        try:
            marker = json.loads(storage.read_bytes(path.removesuffix("pt") + "json"))
            local = storage.local_path(path, str(marker["sha256"]))
            state = torch.load(local, map_location="cpu", weights_only=True)
        except (InputError, ValueError, LookupError, TypeError, RecursionError):
            return None
        except (RuntimeError, OSError, EOFError, pickle.UnpicklingError):  # and yet its own bytes
            return None
        return state if isinstance(state, dict) else None

    def _steps(self) -> list[int]:
        """Steps with a marker, newest first."""
        names = storage.list_files(self.folder)
        found = [match for name in names if (match := _MARKER.fullmatch(name))]
        return sorted((int(match[1]) for match in found), reverse=True)

    def _scratch(self) -> Path:
        """On the file system of a local output, so that publishing is one rename."""
        if storage.is_gcs(self.folder):
            return Path(tempfile.gettempdir())
        folder = Path(self.folder).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
