"""Blocks of conf/ for tests that need no whole command, and commands that differ in their output."""

from functools import cache
from typing import Any, TypeVar

from speech.config import Config, load_config, load_group

C = TypeVar("C", bound=Config)


def block(schema: type[C], group: str, option: str = "default", **values: Any) -> C:
    """What conf/<group>/<option>.yaml states, with some values in place of its own."""
    return schema.model_validate({**dict(_stated(schema, group, option)), **values})


@cache
def _stated(schema: type[C], group: str, option: str) -> C:
    return load_group(schema, group, option)


@cache
def command(schema: type[C], name: str, *overrides: str) -> C:
    """Composed once for all tests that ask for it, as that takes a tenth of a second."""
    return load_config(schema, name, overrides)


def command_into(output: str, schema: type[C], name: str, *overrides: str) -> C:
    """What a command has with some overrides, and its output in place of conf/'s."""
    return command(schema, name, *overrides).model_copy(update={"output": output})
