"""What --help shows of a configuration."""

import textwrap
from pathlib import Path

import yaml

from speech.config.targets import TARGET

HIDDEN = ("defaults", TARGET)
"""what an option says to Hydra and to the schema, and nobody types"""


def epilog(name: str, folder: Path) -> str:
    """The groups with their options and keys, then the file of defaults as it stands in conf/."""
    primary = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    lines = ["groups (group=option; each is a file conf/GROUP/OPTION.yaml) and their values:"]
    for group in sorted({path.parent for path in folder.glob("*/*.yaml")}):
        options = sorted(group.glob("*.yaml"))
        lines.append(f"  {group.name}={'|'.join(path.stem for path in options)}")
        keys = yaml.safe_load(options[0].read_text(encoding="utf-8"))
        shown = ", ".join(f"{group.name}.{key}" for key in keys if key not in HIDDEN)
        lines += textwrap.wrap(shown, 92, initial_indent="      ", subsequent_indent="      ")
    lines += ["", "--cfg shows them all with their defaults; those outside groups are:"]
    lines += ["  " + line for line in primary.split("\n\n", 1)[1].splitlines()]
    return "\n".join(lines)
