"""One block of conf/ for tests that need no whole command."""

from functools import cache
from typing import Any, TypeVar

from speech.config import Config, load_group

C = TypeVar("C", bound=Config)


def block(schema: type[C], group: str, option: str = "default", **values: Any) -> C:
    """What conf/<group>/<option>.yaml states, with some values in place of its own."""
    return schema.model_validate({**dict(_stated(schema, group, option)), **values})


@cache
def _stated(schema: type[C], group: str, option: str) -> C:
    return load_group(schema, group, option)
