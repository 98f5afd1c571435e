"""Hydra composes `conf/` and the command line; pydantic turns the result into a frozen, typed object.

Unknown keys, wrong types and bad overrides end a command with one line that says what is allowed.
"""

import argparse
import difflib
import logging
import sys
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, cast, get_args

import yaml
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException, OverrideParseException
from omegaconf import OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException
from pydantic import BaseModel, ConfigDict, ValidationError

from speech.errors import InputError

CONF_DIR = Path(__file__).resolve().parents[1] / "conf"


class Config(BaseModel):
    """Base of every configuration: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


C = TypeVar("C", bound=Config)


def load_config(
    schema: type[C], name: str, overrides: Sequence[str] = (), free_text: Collection[str] = ()
) -> C:
    """Compose `conf/<name>.yaml` with Hydra overrides and validate it.

    Values of the keys in `free_text` are taken as they stand, past Hydra's grammar.

    Raises:
        InputError: an override or value that does not fit, with what is allowed.
    """
    split = [override.partition("=") for override in overrides]
    plain = {key: value for key, equals, value in split if equals and key in free_text}
    overrides = [override for override in overrides if override.partition("=")[0] not in plain]
    try:
        with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
            composed = compose(name, overrides=list(overrides))
        values = OmegaConf.to_container(composed, resolve=True, throw_on_missing=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise InputError(_composition_line(error, schema, overrides)) from error
    try:
        return schema.model_validate({**cast(dict[str, object], values), **plain})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{key}: {first['msg']}, not {first['input']!r:.80}") from error


def _composition_line(error: Exception, schema: type[Config], overrides: Sequence[str]) -> str:
    """One line from Hydra's several: the override at fault and the nearest keys that exist."""
    if isinstance(error, MissingMandatoryValue):
        return f"{error.full_key} has no default; give {error.full_key}=..."
    if isinstance(error, OverrideParseException):
        return f"override {error.override!r} cannot be read; a list is key=[a,b]"
    known = sorted(_keys(schema))
    for override in overrides:
        key = override.split("=")[0].lstrip("+~")
        if key not in known and not (CONF_DIR / key).is_dir() and key:
            parent = key.rpartition(".")[0]
            near = difflib.get_close_matches(key, known, 3, 0.5)
            allowed = near or [name for name in known if name.rpartition(".")[0] == parent] or known
            return f"unknown option {key!r}; allowed: {', '.join(allowed)}"
    for override in overrides:
        key, _, value = override.partition("=")
        group = CONF_DIR / key
        if group.is_dir() and not (group / f"{value}.yaml").exists():
            options = sorted(path.stem for path in group.glob("*.yaml"))
            return f"{key}={value!r} does not exist; allowed: {', '.join(options)}"
    return " ".join(str(error).split("\n")[0].split())


def _keys(schema: type[Config], prefix: str = "") -> list[str]:
    """Every dotted key below a schema, in any of the shapes that a block may have."""
    found: list[str] = []
    for name, field in schema.model_fields.items():
        found.append(prefix + name)
        for block in (field.annotation, *get_args(field.annotation)):
            if isinstance(block, type) and issubclass(block, Config):
                found += _keys(block, f"{prefix}{name}.")
    return found


def run_app(
    schema: type[C],
    name: str,
    main: Callable[..., int | None],
    argv: Sequence[str] | None = None,
    flags: Mapping[str, str] | None = None,
    free_text: Collection[str] = (),
) -> int:
    """Run a command: parse overrides, call `main(config)`, end input errors with one line.

    `flags` are switches beside the overrides with their help; `--json` arrives as `as_json=True`.
    Values of the keys in `free_text` are taken as they stand, whatever they hold.

    Returns:
        The exit status: 0 done, 1 the run's own verdict, 2 wrong input, 130 interrupted.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {getattr(sys.modules[main.__module__].__spec__, 'name', name)}",
        description=sys.modules[main.__module__].__doc__,
        epilog=_help_epilog(name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="any value below")
    parser.add_argument("--cfg", action="store_true", help="print the configuration and stop")
    for flag, text in (flags or {}).items():
        parser.add_argument(f"--{flag}", dest=f"as_{flag}", action="store_true", help=text)
    arguments = parser.parse_args(argv)
    logging.captureWarnings(True)
    try:
        config = load_config(schema, name, arguments.overrides, free_text)
        if arguments.cfg:
            print(yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False), end="")
            return 0
        switches = {f"as_{flag}": getattr(arguments, f"as_{flag}") for flag in flags or {}}
        return main(config, **switches) or 0
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: run the same command again to continue", file=sys.stderr)
        return 130


def _help_epilog(name: str) -> str:
    """The groups with their options and keys, then the file of defaults as it stands in conf/."""
    primary = (CONF_DIR / f"{name}.yaml").read_text(encoding="utf-8")
    lines = ["groups (group=option; each is a file conf/GROUP/OPTION.yaml) and their values:"]
    for group in sorted({path.parent for path in CONF_DIR.glob("*/*.yaml")}):
        options = sorted(group.glob("*.yaml"))
        lines.append(f"  {group.name}={'|'.join(path.stem for path in options)}")
        keys = yaml.safe_load(options[0].read_text(encoding="utf-8"))
        shown = ", ".join(f"{group.name}.{key}" for key in keys if key != "defaults")
        lines += textwrap.wrap(shown, 92, initial_indent="      ", subsequent_indent="      ")
    lines += ["", "--cfg shows them all with their defaults; those outside groups are:"]
    lines += ["  " + line for line in primary.split("\n\n", 1)[1].splitlines()]
    return "\n".join(lines)
