"""conf/ states every value of every command: no class has a default, and no key is one's alone."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast, get_args, get_origin

import command_configs
import pytest
from omegaconf import OmegaConf
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from speech.config import CONF_DIR, Config
from speech.config.composition import composition, groups_of
from speech.config.experiments import options_of
from speech.config.fields import Fields, alternatives, fields_of, shapes
from speech.config.help import epilog
from speech.config.targets import TARGET

# every command with its schema, and every choice of options


@cache
def commands() -> Mapping[str, type[Config]]:
    """The file in conf/ of every command, and its schema."""
    return {name: command.schema for name, command in command_configs.commands().items()}


@cache
def values_of(name: str, *chosen: str) -> dict[str, Any]:
    """What a command's YAML states, with some options chosen."""
    return cast(dict[str, Any], OmegaConf.to_container(composition(CONF_DIR, name, chosen)))


@cache
def cases(all_pairs: bool) -> list[tuple[str, type[Config], tuple[str, ...]]]:
    """Each command with the options that it has by default, then with each other option; one that
    fills a field of the same type in several commands is looked at in the first alone, unless
    `all_pairs`."""
    found, met = [], set()
    for name, schema in commands().items():
        found.append((name, schema, ()))
        for group, option in groups_of(CONF_DIR, name).items():
            field = schema.model_fields.get(group.rpartition("@")[2].partition(".")[0])
            filled = str(field.annotation) if field else name
            others = (one for one in options_of(CONF_DIR, name, group) if one != option)
            for other in others:
                if all_pairs or (group, other, filled) not in met:
                    found.append((name, schema, (f"{group}={other}",)))
                met.add((group, other, filled))
    return found


ALL_PAIRS = pytest.mark.parametrize(
    "all_pairs", [False, pytest.param(True, marks=pytest.mark.long)]
)


# what classes say, and what YAML says


def classes(schema: type[BaseModel], values: Any) -> Iterator[type[BaseModel]]:
    """Every class below a schema, in every shape of its blocks and in the rows of its tables."""
    yield schema
    for name, field in schema.model_fields.items():
        inside = values.get(name) if isinstance(values, Mapping) else None
        for shape in shapes(field, inside if isinstance(inside, Mapping) else {}, True):
            yield from classes(shape, inside)
        for row in row_classes(field):
            yield from classes(row, None)


def row_classes(field: FieldInfo) -> Iterator[type[BaseModel]]:
    tables = (known for known in alternatives(field.annotation) if get_origin(known) is dict)
    rows = (known for table in tables for known in alternatives(get_args(table)[1]))
    return (row for row in rows if isinstance(row, type) and issubclass(row, BaseModel))


def stated(values: Mapping[str, Any], fields: Fields, above: str = "") -> Iterator[str]:
    """The dotted keys of YAML, down to its tables, whose keys are nobody's."""
    for name, value in values.items():
        yield (key := f"{above}{name}")
        types = (known for field in fields.get(key, ()) for known in alternatives(field.annotation))
        is_table = any(get_origin(known) is dict for known in types)
        if isinstance(value, Mapping) and not is_table:
            yield from stated(value, fields, f"{key}.")


def absent(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The dotted keys whose whole block is null."""
    for name, value in values.items():
        if value is None:
            yield f"{above}{name}"
        elif isinstance(value, Mapping):
            yield from absent(value, f"{above}{name}.")


def is_of_another_kind(schema: type[BaseModel], values: Mapping[str, Any]) -> bool:
    """Whether the command refuses an option by its `_target_`: what trains F5-TTS takes no other."""
    try:
        schema.model_validate(values)
    except ValidationError as error:
        return any(TARGET in one["msg"] for one in error.errors())
    return False


def test_every_file_of_conf_is_a_commands() -> None:
    assert commands().keys() == {path.stem for path in CONF_DIR.glob("*.yaml")}
    used = {group.partition("@")[0] for name in commands() for group in groups_of(CONF_DIR, name)}
    assert used == {path.parent.name for path in CONF_DIR.glob("*/*.yaml")}


@ALL_PAIRS
def test_no_class_has_a_default(all_pairs: bool) -> None:
    found = {
        f"{one.__module__}.{one.__qualname__}.{name}"
        for command, schema, chosen in cases(all_pairs)
        for one in classes(schema, values_of(command, *chosen))
        for name, field in one.model_fields.items()
        if not field.is_required()
    }
    assert found == set()


@ALL_PAIRS
def test_a_command_has_the_keys_of_its_schema_with_every_option(all_pairs: bool) -> None:
    for name, schema, chosen in cases(all_pairs):
        values = values_of(name, *chosen)
        if is_of_another_kind(schema, values):
            continue
        fields = fields_of(schema, values)
        keys, nulls = {*stated(values, fields)}, tuple(f"{key}." for key in absent(values))
        unstated = {key for key in fields.keys() - keys if not key.startswith(nulls)}
        assert (name, chosen, keys - fields.keys()) == (name, chosen, set())
        exempt = {key for key in unstated if not all(f.is_required() for f in fields[key])}
        assert (name, chosen, unstated - exempt) == (name, chosen, set())


def test_help_names_what_a_command_has() -> None:
    shown = epilog("synth", CONF_DIR)
    assert "  limits@voices.limits=references\n      voices.limits.min_duration_s" in shown
    assert "_target_" not in shown
    assert "student" not in shown
    groups = re.findall(r"^  (\S+)=(\S+?)(?: \(or ([^)]*)\))?$", shown, re.MULTILINE)
    assert len(groups) > 5
    for group, default, others in groups:
        for option in (default, *re.split(r",\s+", others)):
            assert not option or values_of("synth", f"{group}={option}")
    assert "group" not in epilog("align", CONF_DIR).partition("outside")[0]


@ALL_PAIRS
def test_every_option_is_of_the_right_types(all_pairs: bool) -> None:
    for name, schema, chosen in cases(all_pairs):
        try:
            schema.model_validate(values_of(name, *chosen))
        except ValidationError as error:
            wrong = [one for one in error.errors() if one["type"] != "value_error"]
            assert (name, chosen, wrong) == (name, chosen, [])
