"""What people type after `key=`, as Hydra's grammar can read it.

That grammar is YAML-like: a comma, a space, `=`, a bracket or another alphabet in a value is an
error or means something, and digits are a number. The schema knows which values are text, and text
is taken as it was typed; quotes around all of it are Hydra's, and are taken off.
"""

import re
from collections.abc import Sequence
from typing import get_args

from hydra.core.override_parser.types import Quote, QuotedString

from speech.config.errors import allowed
from speech.config.fields import Fields, is_list, types_of
from speech.errors import InputError

FEWEST_CHARS = 3
"""of a value that an error cannot hold by chance"""
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
SWITCH = re.compile("true|false", re.IGNORECASE)
EMPTY = re.compile(r"\{\s*\}")
ELEMENT = re.compile(rf"\s*({QUOTED.pattern}|[^,]*?)\s*(?:,|$)", re.DOTALL)
"""of a list: what is in quotes, or whatever stands before a comma"""


def as_hydra_reads(fields: Fields, override: str) -> str:
    """The override with its text quoted where Hydra would not read it as it was typed.

    Raises:
        InputError: a list for a key that takes one text, or true for a number, which it would be 1.
    """
    key, equals, value = override.partition("=")
    name = key.lstrip("+~")
    types = types_of(fields, name)
    if not equals or value in ("???", "null"):
        return override
    if SWITCH.fullmatch(value) and types & {int, float} and not types & {bool, str}:
        raise InputError(f"{key}={value}: allowed is {allowed(fields[name][0], name)}")
    if str in types:
        return f"{key}={_text(key, value)}"
    if types and not override.startswith("+") and EMPTY.fullmatch(value):
        raise InputError(
            f"{key}={value} changes nothing: entries are added; ~{key}.NAME takes one away"
        )
    listed = value.startswith(("[", "${"))
    if any(map(is_list, types)) and value.startswith("[") and not value.endswith("]"):
        whole = f"'{key}=[a, b]'"
        raise InputError(
            f"{key}={value}: a list ends with ]; with a space in it, quote it: {whole}"
        )
    if any(is_list(known) and get_args(known)[0] is str for known in types):
        if "," in value and not listed and not QUOTED.fullmatch(value):
            raise InputError(f"{key}={value}: two are {key}=[a,b]; {_one_name(key, value)}")
        return override if value.startswith("${") else f"{key}=[{','.join(_texts(value))}]"
    if any(map(is_list, types)) and not listed:
        return f"{key}=[{value}]"
    return override


def comma_hint(overrides: Sequence[str], told: str) -> str:
    """What to add to an error about a piece of a name that a comma has cut in two; else nothing."""
    for override in overrides:
        key, _, value = override.partition("=")
        cut = value.startswith("[") and ", " in value and not QUOTED.search(value)
        if cut and any(repr(element) in told for element in _elements(value)):
            return f"; {_one_name(key, value[1:-1])}"
    return ""


def with_its_key(overrides: Sequence[str], told: str) -> str:
    """An error about a value that was typed, with the key that it was typed for."""
    if any(override.partition("=")[0] in told for override in overrides):
        return told
    for override in overrides:
        key, _, value = override.partition("=")
        for element in _elements(value):
            name = element.strip("'\"")
            if len(name) >= FEWEST_CHARS and told.startswith(f"{name} "):
                return f"{key}={told}"
            if len(name) >= FEWEST_CHARS and f"'{name}'" in told:
                return f"{key}={value}: {told}"
    return told


def _one_name(key: str, value: str) -> str:
    return f"one name with a comma is '{key}=[\"{value}\"]', with both kinds of quotes"


def _text(key: str, value: str) -> str:
    if re.fullmatch(r"\[.*,.*\]", value):
        raise InputError(
            f"{key} takes one value, not a list: {value}; "
            f"a name like that is \"{key}='{value}'\", with both kinds of quotes"
        )
    return _quoted(value)


def _texts(value: str) -> list[str]:
    return [_quoted(element) for element in _elements(value)]


def _elements(value: str) -> list[str]:
    """The elements of a list as typed; anything else is a list of one."""
    if not (value.startswith("[") and value.endswith("]")):
        return [value]
    inside, found, place = value[1:-1], [], 0
    if not inside.strip():
        return []
    while place < len(inside):
        match = ELEMENT.match(inside, place)
        if match is None:  # something after a closing quote
            return [element.strip() for element in inside.split(",")]
        found.append(match[1])
        place = match.end()
    return [element for element in found if element]


def _quoted(text: str) -> str:
    if QUOTED.fullmatch(text):
        return text
    return QuotedString(text, Quote.single).with_quotes()
