"""What --help shows of a configuration."""

import textwrap
from pathlib import Path

import yaml
from omegaconf import OmegaConf

from speech.config.composition import composition, groups_of
from speech.config.experiments import options_of
from speech.config.targets import TARGET

HEADING = "groups (group=option; each is a file conf/GROUP/OPTION.yaml) and their values:"


def epilog(name: str, folder: Path) -> str:
    """The command's groups with their options and keys, then its file of defaults as it stands."""
    groups, values = groups_of(folder, name), composition(folder, name, [])
    lines = [HEADING] if groups else []
    for group in sorted(groups):
        options = options_of(folder, name, group)
        lines.append(f"  {group}={'|'.join(options)}")
        if groups[group] is None:  # a preset, which has no keys of its own
            continue
        block = group.partition("@")[2] or group
        found = OmegaConf.select(values, block)
        if (
            found is None
        ):  # @package _global_: its keys stand beside the command's own, or below them
            keys = list(OmegaConf.load(folder / group / f"{groups[group]}.yaml"))
            keys = [key for key in map(str, keys) if key != "defaults"]
        else:
            keys = [f"{block}.{key}" for key in found if key != TARGET]
        shown = ", ".join(keys)
        lines += textwrap.wrap(shown, 92, initial_indent="      ", subsequent_indent="      ")
    lines += ["", "--cfg shows all values with their defaults; those outside groups are:"]
    lines += ["  " + line for line in _own_values(name, folder)]
    return "\n".join(lines)


def _own_values(name: str, folder: Path) -> list[str]:
    """The file's lines behind its list of defaults, which come over those of a file that it extends."""
    text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    defaults = (yaml.safe_load(text) or {}).get("defaults", [])
    body = text.split("\n\n", 1)[1] if defaults else text
    extended = [entry for entry in defaults if isinstance(entry, str) and entry != "_self_"]
    lines = [line for other in extended for line in _own_values(other, folder)]
    if lines:
        lines.append("# over those:")
    return [*lines, *body.splitlines()]
