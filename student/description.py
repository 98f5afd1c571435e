"""What describes a student, as it was trained or as it was exported: one JSON file beside the others.

Needs no torch, as `student.runtime` needs none.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import ClassVar, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from speech import storage
from speech.errors import InputError
from speech.phonemes import ALPHABET
from speech.rows import SAMPLE_RATE

D = TypeVar("D", bound="Described")


@dataclass(frozen=True, kw_only=True)
class Described:
    """A field with a value here is of this version: where another stands, a file is not read."""

    FILE: ClassVar[str]
    WRITTEN_BY: ClassVar[str]
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    format: int = 1
    name: str
    speakers: tuple[str, ...]
    language: str
    license: str
    sha256: Mapping[str, str]
    """of the other files, by their names"""
    alphabet: str = ALPHABET
    sample_rate: int = SAMPLE_RATE

    @classmethod
    def read(cls: type[D], location: str) -> D:
        """Raises InputError: no student there, or one that this version cannot read, and why."""
        path = storage.join(location, cls.FILE)
        if not storage.exists(path):
            others = {kind.FILE: kind.WRITTEN_BY for kind in Described.__subclasses__()}
            for file, written_by in others.items():
                if storage.exists(storage.join(location, file)):
                    told = f"it is what {written_by} writes ({file}); what {cls.WRITTEN_BY} writes"
                    raise InputError(f"{location}: {told} ({cls.FILE}) is needed here")
            raise InputError(f"{location} is no student: it has no {cls.FILE} ({cls.WRITTEN_BY})")
        try:
            described = TypeAdapter(cls).validate_json(storage.read_bytes(path))
        except ValidationError as error:
            what = error.errors()[0]
            reason = " ".join([*map(str, what["loc"]), what["msg"]])
            raise InputError(f"{path} is damaged, or of another version: {reason}") from error
        for field in fields(cls):
            theirs = getattr(described, field.name)
            if field.default not in (MISSING, theirs):
                ours = f"this version reads {field.default!r}"
                raise InputError(f"{path} has {field.name} {theirs!r}, {ours}")
        return described

    def write(self, output: str) -> None:
        """Under `output`, local or gs://."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"
        storage.write_bytes(storage.join(output, self.FILE), text.encode())
