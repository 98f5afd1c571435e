"""Every dotted key of a schema, with the fields that it may name.

A block may have several shapes: the members of a union, or the classes that its `_target_` may
name. The values that Hydra has composed tell which of them it has.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from speech.config.targets import TARGET, ByTarget

Fields = Mapping[str, Sequence[FieldInfo]]
"""dotted key -> its field, in each shape of its block that has it"""


def fields_of(
    schema: type[BaseModel], values: Mapping[str, Any] | None = None, in_any_shape: bool = False
) -> Fields:
    """The keys of a schema; the composed `values` choose the shapes of its blocks, save for unions
    where the keys of a block in any shape are asked for."""
    found: dict[str, list[FieldInfo]] = defaultdict(list)
    for name, field in schema.model_fields.items():
        found[name].append(field)
        value = (values or {}).get(name)
        inside = value if isinstance(value, Mapping) else {}
        if by_target(field):
            found[f"{name}.{TARGET}"].append(FieldInfo(annotation=str))
        for shape in shapes(field, inside, in_any_shape):
            for key, inner in fields_of(shape, inside, in_any_shape).items():
                found[f"{name}.{key}"] += inner
    return dict(found)


def field_of(fields: Fields, key: str) -> FieldInfo | None:
    """The field that a dotted key names, in the first shape of its block that has it."""
    return next(iter(fields.get(key, ())), None)


def types_of(fields: Fields, key: str) -> set[Any]:
    """What a dotted key may hold, in each of the shapes that its blocks may have."""
    return {known for field in fields.get(key, ()) for known in alternatives(field.annotation)}


def by_target(field: FieldInfo) -> ByTarget | None:
    """Whether, and in which namespace, the field's class is named by its `_target_`."""
    notes = [*field.metadata, *_notes(field.annotation)]
    return next((note for note in notes if isinstance(note, ByTarget)), None)


def _notes(annotation: Any) -> Iterator[Any]:
    """Of an annotated type, or of the annotated members of a union: a block that may be null."""
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _notes(member)


def alternatives(annotation: Any) -> Iterator[Any]:
    """The members of a union, or the type itself."""
    return (known for known, _ in members(annotation))


def members(annotation: Any, rules: Sequence[Any] = ()) -> Iterator[tuple[Any, Sequence[Any]]]:
    """The members of a union, each with its rules (`annotated_types`), or the type itself."""
    if get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        own = [rule for note in notes for rule in getattr(note, "metadata", ())]
        yield from members(inner, [*rules, *own])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from members(member, rules)
    else:
        yield annotation, rules


def is_list(known: Any) -> bool:
    return get_origin(known) is tuple


def shapes(field: FieldInfo, value: Mapping[str, Any], in_any_shape: bool) -> list[type[BaseModel]]:
    """The classes that a block may be of, once its values are known."""
    known = alternatives(field.annotation)
    blocks = [k for k in known if isinstance(k, type) and issubclass(k, BaseModel)]
    if named := by_target(field):
        with suppress(ValueError):  # which validation will tell
            return [named.class_of(value, blocks[0])]
    if in_any_shape or not isinstance(field.discriminator, str):
        return blocks
    tag = value.get(field.discriminator)
    tagged = [block for block in blocks if tag in _tags(block, field.discriminator)]
    return tagged or blocks


def _tags(block: type[BaseModel], discriminator: str) -> tuple[Any, ...]:
    """The values of a union's discriminator that stand for one of its members."""
    return get_args(block.model_fields[discriminator].annotation)
