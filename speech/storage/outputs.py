"""Where a command may write: checked before anything is spent."""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from speech import storage
from speech.errors import InputError
from speech.storage.temporaries import MARK

UNASKED = re.compile(rf"lost\+found|\.DS_Store|\.nfs.*|\.snapshot|\..*{re.escape(MARK)}.*")
"""what systems, and killed runs of ours, leave in a folder that is empty to its owner"""


@dataclass(frozen=True)
class Kind:
    """What a command leaves in its output folder."""

    name: str
    marks: Collection[str] = ()
    """names that no other folder has: with one of them it is ours"""
    parts: Collection[str] = ()
    """patterns of names that a run may leave before its mark: with nothing else it is ours"""

    def owns(self, names: Collection[str]) -> bool:
        if any(mark in names for mark in self.marks):
            return True
        return all(any(fnmatch(name, part) for part in self.parts) for name in names)


DATASET = Kind("dataset of make synth", ("_shards",))
TRAINING = Kind("training", ("history.jsonl",), ("checkpoints", "tensorboard", "curve.png"))


def check_folder(output: str, kind: Kind, key: str = "output") -> None:
    """Raises InputError: no place for a folder, or one with files that are not of this kind."""
    _check_place(output, key)
    if not storage.is_gcs(output) and Path(output).expanduser().is_file():
        raise InputError(f"{key}={output} is a file; give the name of a folder, new or empty")
    names = {name for name in storage.list_names(output) if not UNASKED.fullmatch(name)}
    if not kind.owns(names):
        shown = ", ".join(sorted(names)[:3])
        raise InputError(
            f"{key}={output} is not empty, and what it holds is no {kind.name} ({shown}); "
            f"give {key}=... a new or an empty folder"
        )


def check_file(path: str, key: str = "output") -> None:
    """Raises InputError: no place for a file, or a folder of that name."""
    _check_place(path, key)
    if path.endswith("/") or (not storage.is_gcs(path) and Path(path).expanduser().is_dir()):
        raise InputError(f"{key}={path} is a folder; give the name of a file")


def _check_place(output: str, key: str) -> None:
    if not output.strip():
        raise InputError(f"{key} is empty; give a local path or gs://bucket/path")
    if re.match(r"gs:(?!//[^/]+)", output):
        raise InputError(f"{key}={output} names no bucket; the form is gs://bucket/path")
    if storage.is_gcs(output):
        return
    if "://" in output:
        raise InputError(f"{key}={output}: allowed are local paths and gs://bucket/path")
    try:
        place = Path(os.path.abspath(Path(output).expanduser()))
        while not place.exists() and place != place.parent:
            place = place.parent
    except (OSError, RuntimeError) as error:  # a name too long, a user who is not there
        told = getattr(error, "strerror", None) or f"{error}".rstrip(".").lower()
        raise InputError(f"{key}={output:.80}: {told}") from error
    if not place.is_dir() and str(place) != os.path.abspath(os.path.expanduser(output)):
        raise InputError(f"{key}={output}: {place} is a file, not a folder")
    if not os.access(place, os.W_OK):
        raise InputError(f"{key}={output}: {place} cannot be written to")
