"""One line for each way in which a configuration can be wrong: the key, the value, what is allowed."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from hydra.errors import OverrideParseException
from omegaconf.errors import InterpolationKeyError, MissingMandatoryValue
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from speech.config.composition import group_folder, key_of
from speech.config.fields import Fields, alternatives, field_of, is_list, members

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
    error: Exception, fields: Fields, overrides: Sequence[str], groups: Path
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
        key = key_of(override)
        if key and key not in fields and not group_folder(groups, key):
            return unknown_line(fields, key)
    for override in overrides:
        key, _, value = override.partition("=")
        group = group_folder(groups, key)
        if group and not (group / f"{value}.yaml").exists():
            options = sorted(path.stem for path in group.glob("*.yaml"))
            return f"{key}={value!r} does not exist; allowed: {', '.join(options)}"
        if "," in value and not value.startswith(("[", "{", "'", '"')):
            return f"{key}={value}: it takes one value; a list is key=[a,b]"
    return _first(error)


def _first(error: Exception) -> str:
    return " ".join(str(error).split("\n")[0].split())


def unknown_line(fields: Fields, key: str) -> str:
    """What was probably meant or, where nothing is near, what there is."""
    known = sorted(fields)
    if near := difflib.get_close_matches(key, known, 3, NEAR):
        return f"unknown option {key!r}; did you mean {' or '.join(near)}?"
    parent = key.rpartition(".")[0]
    siblings = [name for name in known if name.rpartition(".")[0] == parent]
    return f"unknown option {key!r}; allowed: {', '.join(siblings or known)}"


def validation_line(error: ValidationError, fields: Fields) -> str:
    """One line from the first of pydantic's errors."""
    first = error.errors()[0]
    key, below = _place(fields, first["loc"])
    field, kind, context = field_of(fields, key), first["type"], first.get("ctx", {})
    if kind == "value_error":  # of a validator, which says it all
        return f"{key}: {context['error']}" if key else str(context["error"])
    if below and field and _is_table(field):
        return f"{_join(key, *below)}={first['input']!r:.80}: {first['msg'].lower()}"
    if kind == "missing" and isinstance(first["loc"][-1], str):
        return f"{key} is missing; give {key}=..."
    if kind == "extra_forbidden" or field is None:
        return unknown_line(fields, _join(key, *below[-1:]))
    if kind == "union_tag_not_found":
        return f"{key}.{field.discriminator} is missing; give {key}.{field.discriminator}=..."
    if kind == "union_tag_invalid":
        known = " or ".join(context["expected_tags"].replace("'", "").split(", "))
        return f"{key}.{field.discriminator}={context['tag']}: allowed is {known}"
    typed = "null" if first["input"] is None else f"{first['input']}"
    return f"{key}={typed:.80}: allowed is {allowed(field, key)}"


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


def _place(fields: Fields, places: Sequence[int | str]) -> tuple[str, tuple[int | str, ...]]:
    """The dotted key of pydantic's location, and what of the location lies below it: keys of a
    table, numbers of elements, and the names of a union's members, which nobody types."""
    key, below = "", tuple(places)
    for i, place in enumerate(places, 1):
        if (longer := _join(key, place)) in fields:
            key, below = longer, tuple(places[i:])
    return key, below


def _join(*places: int | str) -> str:
    return ".".join(str(place) for place in places if place != "")


def _is_table(field: FieldInfo) -> bool:
    return any(get_origin(known) is dict for known in alternatives(field.annotation))
