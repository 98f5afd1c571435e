"""What --help shows of a configuration."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import yaml

from speech.config.targets import TARGET

HIDDEN = ("defaults", TARGET)
"""what an option says to Hydra and to the schema, and nobody types"""
GLOBAL = "# @package _global_"
"""of an option whose keys are not below the group's name"""


def epilog(name: str, folder: Path) -> str:
    """The groups with their options and keys, then the file of defaults as it stands in conf/."""
    primary = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    lines = ["groups (group=option; each is a file conf/GROUP/OPTION.yaml) and their values:"]
    placed = _placed(yaml.safe_load(primary).get("defaults", []))
    for group in sorted({path.parent for path in folder.glob("*/*.yaml")}):
        options = sorted(group.glob("*.yaml"))
        lines.append(f"  {group.name}={'|'.join(path.stem for path in options)}")
        text = options[0].read_text(encoding="utf-8")
        block = "" if GLOBAL in text else f"{placed.get(group.name, group.name)}."
        shown = ", ".join(block + key for key in yaml.safe_load(text) if key not in HIDDEN)
        lines += textwrap.wrap(shown, 92, initial_indent="      ", subsequent_indent="      ")
    lines += ["", "--cfg shows them all with their defaults; those outside groups are:"]
    lines += ["  " + line for line in primary.split("\n\n", 1)[1].splitlines()]
    return "\n".join(lines)


def _placed(defaults: Sequence[object]) -> dict[str, str]:
    """The blocks of groups that are named otherwise, by a group's name: group@block in the list."""
    entries = (key.split("@") for entry in defaults if isinstance(entry, dict) for key in entry)
    return {entry[0]: entry[1] for entry in entries if len(entry) > 1}
