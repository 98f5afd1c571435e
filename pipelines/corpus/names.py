"""Texts, ids and voices as tables hold them, of whatever type."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

_LARGEST = 10**40
"""of numbers that are written out"""


def is_missing(value: Any) -> bool:
    """None, and the NaN or NaT that stands for it in tables of pandas."""
    return value is None or (not isinstance(value, list | dict) and bool(value != value))


def text_of(value: Any) -> str | None:
    """The value, or None where it is missing; raises TypeError for what is no text."""
    if is_missing(value) or isinstance(value, str):
        return None if is_missing(value) else value
    raise TypeError(f"{type(value).__name__}, not text")


def name_of(value: Any) -> str | None:
    """The value as a name; None where it is missing. 1.0 is "1": a column of whole numbers with a
    gap is one of floats in pandas.

    Raises:
        TypeError: a type that names nothing: true or false, infinity, lists, objects.
    """
    if is_missing(value) or isinstance(value, str):
        return text_of(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__}, not text or a number")


def _number(value: int | float | Decimal) -> str:
    if not -_LARGEST < value < _LARGEST:
        raise TypeError(f"{value!r:.40}, not a number that can be a name")
    if value == int(value):
        return str(int(value))
    return format(value.normalize(), "f") if isinstance(value, Decimal) else repr(value)
