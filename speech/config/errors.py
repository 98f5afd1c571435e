"""One line for each way in which a configuration can be wrong: the key, the value, what is allowed."""

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from hydra.errors import OverrideParseException
from omegaconf.errors import InterpolationKeyError, MissingMandatoryValue
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from speech.config.overrides import alternatives, is_list, members

NEAR = 0.7
"""how alike a key must be to be what was meant"""
KINDS: dict[object, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    NoneType: "null",
}
BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
RESOLVER = re.compile(r"(?<!\\)\$\{\s*[\w.]+\s*:[^}]*\}")


def composition_line(
    error: Exception, schema: type[BaseModel], overrides: Sequence[str], groups: Path
) -> str:
    """One line from Hydra's several: the override at fault and what is allowed in its place."""
    if isinstance(error, MissingMandatoryValue):
        return f"{error.full_key} has no default; give {error.full_key}=..."
    if isinstance(error, InterpolationKeyError):
        return f"{error.full_key}: ${{key}} stands for another key's value: {_first(error)}"
    if isinstance(error, OverrideParseException):
        told = f"override {error.override!r} cannot be read"
        if "=" not in str(error.override):
            return f"{told}; an override is key=value, with no space around ="
        return f"{told}; a list is key=[a,b], text with brackets or commas key=\"'a,b'\""
    for override in overrides:
        key = override.split("=")[0].lstrip("+~")
        if key and field_of(schema, key) is None and not (groups / key).is_dir():
            return unknown_line(schema, key)
    for override in overrides:
        key, _, value = override.partition("=")
        group = groups / key
        if group.is_dir() and not (group / f"{value}.yaml").exists():
            options = sorted(path.stem for path in group.glob("*.yaml"))
            return f"{key}={value!r} does not exist; allowed: {', '.join(options)}"
        if "," in value and not value.startswith(("[", "{", "'", '"')):
            return f"{key}={value}: it takes one value; a list is key=[a,b]"
    return _first(error)


def _first(error: Exception) -> str:
    return " ".join(str(error).split("\n")[0].split())


def unknown_line(schema: type[BaseModel], key: str) -> str:
    """What was probably meant or, where nothing is near, what there is."""
    known = sorted(_keys(schema))
    if near := difflib.get_close_matches(key, known, 3, NEAR):
        return f"unknown option {key!r}; did you mean {' or '.join(near)}?"
    parent = key.rpartition(".")[0]
    siblings = [name for name in known if name.rpartition(".")[0] == parent]
    return f"unknown option {key!r}; allowed: {', '.join(siblings or known)}"


def validation_line(error: ValidationError, schema: type[BaseModel]) -> str:
    """One line from the first of pydantic's errors."""
    first = error.errors()[0]
    if first["type"] == "value_error":  # of a validator, which says it all
        place = _key(schema, first["loc"])
        said = str(first["ctx"]["error"])
        return f"{place}: {said}" if place else said
    key = _key(schema, first["loc"])
    field, last = field_of(schema, key), first["loc"][-1]
    if first["type"] == "missing" and isinstance(last, str):
        return f"{key} is missing; give {key}=..."
    if first["type"] == "extra_forbidden" or field is None:
        return unknown_line(schema, ".".join(map(str, first["loc"])))
    typed = first["input"]
    if any(get_origin(known) is dict for known in alternatives(field.annotation)):
        place = ".".join(map(str, first["loc"]))
        return f"{place}={typed!r:.80}: {first['msg'].lower()}"
    shown = "null" if typed is None else f"{typed}"
    return f"{key}={shown:.80}: allowed is {allowed(field, key)}"


def allowed(field: FieldInfo, key: str) -> str:
    """A field's types and bounds in words, with how a list is written."""
    words = []
    for known, rules in members(field.annotation, field.metadata):
        bounds = " and ".join(
            f"{word} {getattr(rule, name)}"
            for rule in rules
            for name, word in BOUNDS.items()
            if getattr(rule, name, None) is not None
        )
        if get_origin(known) is Literal:
            words += [str(value) for value in get_args(known)]
        elif is_list(known):
            words.append(f"a list, {key}=[a,b]")
        elif known in (int, float) and bounds:
            words.append(f"{KINDS[known]}, {bounds}")
        else:
            words.append(KINDS.get(known, "a block of keys of its own"))
    return " or ".join(dict.fromkeys(words))


def field_of(schema: type[BaseModel], key: str) -> FieldInfo | None:
    """The field that a dotted key names, in the first shape of its block that has it."""
    name, _, rest = key.partition(".")
    field = schema.model_fields.get(name)
    if field is None or not rest:
        return field
    found = (field_of(block, rest) for block in _blocks(field))
    return next((inner for inner in found if inner), None)


def environment_line(values: Any, key: str = "") -> str | None:
    """Where a value would be taken from outside the configuration, as ${oc.env:NAME} is."""
    if isinstance(values, dict):
        found = (environment_line(v, f"{key}.{k}" if key else str(k)) for k, v in values.items())
        return next((line for line in found if line), None)
    if isinstance(values, list):
        return next((line for v in values if (line := environment_line(v, key))), None)
    if isinstance(values, str) and (match := RESOLVER.search(values)):
        return (
            f"{key}: {match[0]} is not resolved, since configurations are written to manifests, "
            "logs and reports; give the value itself, and secrets to the libraries that need them"
        )
    return None


def _key(schema: type[BaseModel], places: Sequence[int | str]) -> str:
    """The dotted key of pydantic's location, which also names the members of unions."""
    key = ""
    for place in places:
        longer = f"{key}.{place}" if key else str(place)
        if isinstance(place, str) and field_of(schema, longer):
            key = longer
    return key or ".".join(map(str, places))


def _keys(schema: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every dotted key below a schema, in any of the shapes that a block may have."""
    for name, field in schema.model_fields.items():
        yield prefix + name
        for block in _blocks(field):
            yield from _keys(block, f"{prefix}{name}.")


def _blocks(field: FieldInfo) -> list[type[BaseModel]]:
    known = alternatives(field.annotation)
    return [k for k in known if isinstance(k, type) and issubclass(k, BaseModel)]
