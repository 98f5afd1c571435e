"""Hydra composes `conf/` and the command line; pydantic turns the result into a frozen, typed object.

Unknown keys, wrong types and bad overrides end a command with one line that says what is allowed.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

import yaml
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from speech import signals
from speech.config import help as command_help
from speech.config.composition import chosen_groups, composition, key_of
from speech.config.errors import (
    composition_line,
    environment_line,
    unknown_line,
    validation_line,
)
from speech.config.experiments import check_experiment
from speech.config.fields import fields_of
from speech.config.overrides import as_hydra_reads, comma_hint, with_its_key
from speech.errors import InputError, Unavailable
from speech.library_noise import hushed
from speech.progress import Bar
from speech.storage.disk import disk_trouble, told_once

CONF_DIR = Path(__file__).resolve().parents[2] / "conf"
HYDRAS_OWN = re.compile(r"hydra\b")


class Config(BaseModel):
    """Base of every configuration: frozen; unknown keys and infinite numbers are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", protected_namespaces=(), allow_inf_nan=False
    )


C = TypeVar("C", bound=Config)


def load_config(
    schema: type[C], name: str, overrides: Sequence[str] = (), free_text: Collection[str] = ()
) -> C:
    """Compose `conf/<name>.yaml` with overrides and validate it.

    Text is taken as it was typed, save for ${key}, which stands for another key's value; that of
    the keys in `free_text` without exception.

    Raises:
        InputError: an override or value that does not fit, with what is allowed.
    """
    check_experiment(CONF_DIR, name, overrides)
    split = [override.partition("=") for override in overrides]
    plain = {key: value for key, equals, value in split if equals and key in free_text}
    overrides = [override for override in overrides if override.partition("=")[0] not in plain]
    fields = fields_of(schema, in_any_shape=True)
    if any(key_of(override) not in fields for override in overrides):  # of a class that is chosen
        fields = fields_of(schema, chosen_groups(CONF_DIR, name, overrides), in_any_shape=True)
    for key in map(key_of, overrides):
        if HYDRAS_OWN.match(key) and key not in fields:  # it would be taken, and do nothing
            raise InputError(unknown_line(fields, key))
    try:
        composed = composition(CONF_DIR, name, [as_hydra_reads(fields, o) for o in overrides])
        if told := environment_line(OmegaConf.to_container(composed)):
            raise InputError(told)
        given = OmegaConf.to_container(composed, resolve=True, throw_on_missing=True)
    except (HydraException, OmegaConfBaseException) as error:
        fields = fields_of(schema, chosen_groups(CONF_DIR, name, overrides))
        raise InputError(composition_line(error, fields, overrides, CONF_DIR)) from error
    values = {**cast(dict[str, Any], given), **plain}
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise InputError(validation_line(error, fields_of(schema, values))) from error


def load_group(schema: type[C], group: str, option: str) -> C:
    """One option of a group by itself: `conf/<group>/<option>.yaml`."""
    alone = create_model(schema.__name__, __base__=Config, **{group: (schema, ...)})  # type: ignore[call-overload]
    return cast(C, getattr(load_config(alone, f"{group}/{option}"), group))


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
        The exit status: 0 done, 1 the run's own verdict, 2 wrong input, a full disk or a
        storage server that stayed away, 128 and the number of a signal: 130 for Ctrl-C, 143 for
        SIGTERM, 129 for SIGHUP.
    """
    with signals.watched(), hushed(), told_once():
        Bar.begin()
        parser = _parser(name, main, flags or {})
        arguments = parser.parse_args(argv)
        try:
            config = load_config(schema, name, arguments.overrides, free_text)
            if arguments.cfg:
                print(yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False), end="")
                return 0
            switches = {f"as_{flag}": getattr(arguments, f"as_{flag}") for flag in flags or {}}
            status = main(config, **switches) or 0
            return signals.exit_status() or status
        except InputError as error:
            told = with_its_key(arguments.overrides, str(error))
            _tell(f"{told}{comma_hint(arguments.overrides, told)}")
            return 2
        except Unavailable as error:
            _tell(str(error).partition(" [while running ")[0])
            return 2
        except BrokenPipeError:  # whoever read our output has left, as head does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 141
        except Exception as error:
            if trouble := disk_trouble(error):
                _tell(trouble)
                return 2
            raise


def _tell(what: str) -> None:
    """In one line, whatever a library that is quoted in it has said in several."""
    print(f"error: {' '.join(what.splitlines())}", file=sys.stderr)


class _Parser(argparse.ArgumentParser):
    """Tells a wrong flag in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        print(f"error: {message}; options are key=value, see --help", file=sys.stderr)
        sys.exit(2)


def _parser(
    name: str, main: Callable[..., int | None], flags: Mapping[str, str]
) -> argparse.ArgumentParser:
    module = sys.modules[main.__module__]
    parser = _Parser(
        prog=f"python -m {getattr(module.__spec__, 'name', name)}",
        description=command_help.described(module.__doc__ or ""),
        epilog=command_help.epilog(name, CONF_DIR),
        formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=command_help.WIDTH),
    )
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="any value below")
    parser.add_argument("--cfg", action="store_true", help="print the configuration and stop")
    for flag, text in flags.items():
        parser.add_argument(f"--{flag}", dest=f"as_{flag}", action="store_true", help=text)
    return parser
