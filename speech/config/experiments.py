"""Presets: conf/experiment/NAME.yaml holds several values at once, for the command at its head.

`experiment=NAME` takes one. A command knows those that are headed `make` and its own name, and those of
the commands that its file of defaults extends and whose groups it leaves alone: `make plan` takes what
`make synth` does, `make bootstrap-corpus` has a teacher of its own.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from speech.errors import InputError

GROUP = "experiment"
HEAD = re.compile(r"^# make ([a-z-]+) ", re.MULTILINE)


def options_of(folder: Path, name: str, group: str) -> list[str]:
    """The options that a command has of a group, sorted: of presets, its own."""
    files = sorted((folder / group.partition("@")[0]).glob("*.yaml"))
    if group != GROUP:
        return [file.stem for file in files]
    return [file.stem for file in files if command_of(file) in _extended(folder, name)]


def check_experiment(folder: Path, name: str, overrides: Sequence[str]) -> None:
    """Raises InputError: a preset that is not there, or is another command's."""
    for override in overrides:
        key, _, chosen = override.partition("=")
        known = options_of(folder, name, GROUP) if key == GROUP else [chosen]
        if chosen in known:
            continue
        file = folder / GROUP / f"{chosen}.yaml"
        told = f"is for make {command_of(file)}" if file.exists() else "does not exist"
        allowed = f"allowed here: {', '.join(known)}" if known else "this command has none"
        raise InputError(f"experiment={chosen} {told}; {allowed}")


def command_of(file: Path) -> str:
    """The target that a preset is headed by.

    Raises:
        ValueError: it has no such head.
    """
    head = HEAD.search(file.read_text(encoding="utf-8"))
    if head is None:
        raise ValueError(f"{file}: the second line is '# make TARGET ARGS=…', which is missing")
    return head[1]


def _extended(folder: Path, name: str) -> Iterator[str]:
    """The command's name as a target, and those of the commands whose defaults it takes over."""
    yield name.replace("_", "-")
    text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    if "\n  - override " in text:
        return
    for entry in (yaml.safe_load(text) or {}).get("defaults", ()):
        if isinstance(entry, str) and entry != "_self_":
            yield from _extended(folder, entry)
