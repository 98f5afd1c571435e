"""What --help shows of a configuration: every key with its default, within 80 columns."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf

from speech.config.composition import composition, groups_of
from speech.config.experiments import options_of
from speech.config.targets import TARGET

WIDTH = 79
HEADING = "groups (group=option; each is a file conf/GROUP/OPTION.yaml) and their values:"
INDENT = " " * 6
SPACE = "\0"
"""inside a value, where no line is to be broken"""
LONGEST = 60
HASH = re.compile("[0-9a-f]{40,64}")
LIST_OF_DEFAULTS = re.compile(r"^defaults:\n(?:[ -].*\n)+", re.MULTILINE)
EXPLAINED = re.compile(r" +\S.{,40}? {3,}(?=\S)")
"""an example and the gap to what it means, which goes on below itself"""
COMMENTED = re.compile(r"(?P<value>.*\S)\s+#\s+(?P<comment>.*)")


def epilog(name: str, folder: Path) -> str:
    """The command's groups with their options, keys and defaults, then its file of defaults."""
    groups, values = groups_of(folder, name), composition(folder, name, [])
    lines = [HEADING] if groups else []
    blocks = {group: group.partition("@")[2] or group for group in groups}
    for group in sorted(groups):
        options = options_of(folder, name, group)
        others = [option for option in options if option != groups[group]]
        if groups[group] is None:  # a preset, which has no keys of its own
            lines += _wrap(f"  {group}=PRESET: {', '.join(others)}; none by default", others=INDENT)
            continue
        more = f" (or {', '.join(others)})" if others else ""
        lines += _wrap(f"  {group}={groups[group]}{more}", others=INDENT)
        found = OmegaConf.select(values, blocks[group])
        if (
            found is None
        ):  # @package _global_: its keys stand beside the command's own, or below them
            stored = OmegaConf.load(folder / group / f"{groups[group]}.yaml")
            keys = [key for key in map(str, stored) if key != "defaults"]
            shown = [f"{key}={_short(OmegaConf.select(values, key))}" for key in keys]
        else:
            below = set(blocks.values()) - {blocks[group]}
            plain = OmegaConf.to_container(found)
            shown = list(_assignments(blocks[group], plain, below))
        lines += _wrap("   ".join(one.replace(" ", SPACE) for one in shown), INDENT, INDENT)
    lines = [line.replace(SPACE, " ") for line in lines]
    lines += ["", "--cfg shows all values as they are chosen; those outside groups are:"]
    return "\n".join([*lines, *_fitted("  " + line for line in _own_values(name, folder))])


def described(text: str) -> str:
    """A docstring in lines that fit: prose filled anew, indented lines broken one by one."""
    found: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        prose: list[str] = []
        for line in [*paragraph.splitlines(), ""]:
            if line and not line.startswith(" "):
                prose.append(line)
                continue
            found += _wrap(" ".join(prose))
            example = EXPLAINED.match(line)
            found += _wrap(line, others=" " * example.end() if example else INDENT)
            prose = []
        found.append("")
    return "\n".join(found).rstrip()


def _assignments(block: str, values: Any, groups: Iterable[str]) -> Iterator[str]:
    """key=default for each value of a block, less the groups that stand by themselves."""
    for key, value in values.items():
        name = f"{block}.{key}"
        if key == TARGET or name in groups:
            continue
        if isinstance(value, Mapping) and value:
            yield from _assignments(name, value, groups)
        else:
            yield f"{name}={_short(value)}"


def _short(value: Any) -> str:
    """As it would be typed; a hash by its beginning."""
    if isinstance(value, list):
        listed = ",".join(map(_short, value))
        return f"[{listed}]" if len(listed) <= LONGEST else f"[{_short(value[0])},...]"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    text = f"{value:.12}..." if HASH.fullmatch(str(value)) else str(value)
    return text if len(text) <= LONGEST else f"{text:.40}..."


def _wrap(text: str, first: str = "", others: str = "") -> list[str]:
    """Broken at spaces alone; each line begins as it is said here."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _fitted(lines: Iterable[str]) -> Iterator[str]:
    """Lines of YAML; a comment that does not fit stands below its value."""
    for line in lines:
        match = COMMENTED.fullmatch(line)
        if len(line) <= WIDTH or match is None:
            yield from _wrap(line, others=INDENT) or [""]
            continue
        below = " " * (len(line) - len(line.lstrip()) + 2) + "# "
        yield from _wrap(match["value"], others=INDENT)
        yield from _wrap(match["comment"], below, below)


def _own_values(name: str, folder: Path) -> list[str]:
    """The file's lines but for its list of defaults, over those of a file that it extends."""
    text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    defaults = (yaml.safe_load(text) or {}).get("defaults", [])
    extended = [entry for entry in defaults if isinstance(entry, str) and entry != "_self_"]
    lines = [line for other in extended for line in _own_values(other, folder)]
    if lines:
        lines.append("# over those:")
    return [*lines, *LIST_OF_DEFAULTS.sub("", text).strip().splitlines()]
