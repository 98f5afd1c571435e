"""One line for each way in which a configuration can be wrong: the key, the value, what is allowed."""

import difflib
import operator
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

MOST_GUESSES = 3
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
EXAMPLES = (3, 1, 20, 50, 100, 1000)
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
            return (
                f"{told}; an override is key=value, with no space around =, in quotes if the value "
                "has spaces: 'key=two words'"
            )
        if "==" in str(error.override):
            return f"{told}; there is one = between a key and its value"
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
    known, parent = sorted(fields), key.rpartition(".")[0]
    if parent in fields and any(map(_is_table, fields[parent])):
        return f"{key} is not there; what is added to {parent} has a plus: +{key}=..."
    same = [name for name in known if name.rpartition(".")[2] == key.rpartition(".")[2]]
    if same:
        nearest = sorted(same, key=lambda name: name.count("."))[:MOST_GUESSES]
        return f"unknown option {key!r}; did you mean {_either(nearest)}?"
    name = key.rpartition(".")[2]
    if shortened := [one for one in known if _initials(one) == name and "_" in one]:
        shortened.sort(key=lambda one: one.rpartition(".")[0] != parent)
        return f"unknown option {key!r}; did you mean {_either(shortened[:MOST_GUESSES])}?"
    if near := difflib.get_close_matches(key, known, MOST_GUESSES, NEAR):
        return f"unknown option {key!r}; did you mean {_either(near)}?"
    siblings, parent = list[str](), key
    while parent and not siblings:
        parent = parent.rpartition(".")[0]
        siblings = [name for name in known if name.rpartition(".")[0] == parent]
    return f"unknown option {key!r}; allowed: {', '.join(siblings)}"


def _initials(key: str) -> str:
    """ "lr" of training.learning_rate."""
    return "".join(word[:1] for word in key.rpartition(".")[2].split("_"))


def validation_line(error: ValidationError, fields: Fields) -> str:
    """One line from the first of pydantic's errors."""
    first = error.errors()[0]
    key, below = _place(fields, first["loc"])
    field, kind, context = field_of(fields, key), first["type"], first.get("ctx", {})
    if kind == "value_error":  # of a validator, which says it all
        scalar = isinstance(first["input"], str | int | float)
        where = f"{key}={first['input']!s:.80}" if scalar else key
        return f"{where}: {context['error']}" if key else str(context["error"])
    if below and field and _is_table(field):
        typed = "null" if first["input"] is None else repr(first["input"])
        return f"{_join(key, *below)}={typed:.80}: {first['msg'].lower()}"
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
    """A field's types and bounds in words, and how a list and a number are written."""
    literals: list[str] = []
    kinds: list[str] = []
    example = None
    for known, rules in members(field.annotation, field.metadata):
        if get_origin(known) is Literal:
            literals += [str(value) for value in get_args(known)]
        else:
            kinds.insert(0 if known is not NoneType else len(kinds), _kind(known, rules, key))
            example = example or _example(known, rules)
    told = _either([*literals, *kinds])
    return told if example is None else f"{told}, as {key}={example}"


def _kind(known: Any, rules: Sequence[Any], key: str) -> str:
    """A type with its bounds."""
    if is_list(known):
        least = any(getattr(rule, "min_length", None) for rule in rules)
        return f"a list{' of one or more' if least else ''}, {key}=[a,b]"
    if known is NoneType:
        return KINDS[known]
    told = KINDS.get(known, f"a block, whose values are {key}.NAME=...")
    bounds = " and ".join(
        f"{word} {getattr(rule, name)}"
        for rule in rules
        for name, word in BOUNDS.items()
        if getattr(rule, name, None) is not None
    )
    patterns = [f"of the form {rule.pattern}" for rule in rules if getattr(rule, "pattern", None)]
    return ", ".join([told, *filter(None, [bounds]), *patterns])


def _example(known: type, rules: Sequence[Any]) -> int | float | None:
    """A number within the bounds; None for what is no number."""
    if known not in (int, float):
        return None
    tests = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
    limits = [
        (test, getattr(rule, name))
        for rule in rules
        for name, test in tests.items()
        if getattr(rule, name, None) is not None
    ]
    numbers = EXAMPLES if known is int else (0.5, *EXAMPLES)
    return next((n for n in numbers if all(test(n, limit) for test, limit in limits)), None)


def _either(words: Sequence[str]) -> str:
    """a, b or c."""
    *others, last = dict.fromkeys(words)
    if not others:
        return last
    return ", ".join(others) + (", or " if "," in others[-1] else " or ") + last


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
