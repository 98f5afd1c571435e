"""A block whose class is named by its `_target_`, as Hydra's YAML names it, inside one namespace.

A schema says `teacher: Annotated[TeacherConfig, ByTarget("teacher.")]`; an option of the group says
`_target_: teacher.f5.config.F5Config` and has that class's keys. Nothing is imported, let alone
called, that lies outside the namespace, and only a class of the annotated kind is taken.
"""

import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeGuard, TypeVar

from hydra.utils import get_class
from pydantic import (
    BaseModel,
    GetCoreSchemaHandler,
    PlainValidator,
    SerializerFunctionWrapHandler,
    WrapSerializer,
)

from speech.errors import in_one_line

M = TypeVar("M", bound=BaseModel)
TARGET = "_target_"
logging.getLogger("hydra.utils").addFilter(  # what it logs, it raises as well
    lambda record: "Error getting class" not in record.getMessage()
)


@dataclass(frozen=True)
class ByTarget:
    """Pydantic annotation: the value is validated by the class that its `_target_` names, and is
    dumped with all of that class's fields and the `_target_`, so that a dump can be read again."""

    namespace: str
    """the package with its dot, as `teacher.`"""

    def class_of(self, value: Mapping[str, Any], base: type[M]) -> type[M]:
        """The class that a composed block names.

        Raises:
            ValueError: none is named, or none that is a `base` of the namespace; what is allowed.
        """
        allowed = f"allowed is a {base.__name__} of {self.namespace}*"
        target = value.get(TARGET)
        if not isinstance(target, str):
            raise ValueError(f"{TARGET} is missing; {allowed}")
        if not target.startswith(self.namespace):
            raise ValueError(f"{TARGET}={target:.80}: {allowed}")
        try:
            named = get_class(target)
        except Exception as error:  # whatever the import of that module ends in
            raise ValueError(f"{TARGET}={target:.80}: {in_one_line(error)}; {allowed}") from error
        if not self._is_one(named, base):
            raise ValueError(f"{TARGET}={target:.80}: {allowed}")
        return named

    def __get_pydantic_core_schema__(
        self, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> Any:
        def validate(value: Any) -> BaseModel:
            if isinstance(value, source):
                return value
            if not isinstance(value, Mapping):
                raise ValueError(f"allowed is a block of keys of its own, with {TARGET}")
            rest = {key: inner for key, inner in value.items() if key != TARGET}
            return self.class_of(value, source).model_validate(rest)

        by_its_class = Annotated[Any, PlainValidator(validate), WrapSerializer(_dump)]
        return handler.generate_schema(by_its_class)

    def _is_one(self, named: type, base: type[M]) -> "TypeGuard[type[M]]":
        inside = f"{named.__module__}.".startswith(self.namespace)
        return issubclass(named, base) and inside and not inspect.isabstract(named)


def _dump(value: BaseModel, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
    named = type(value)
    return {TARGET: f"{named.__module__}.{named.__qualname__}", **handler(value)}
