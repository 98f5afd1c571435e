"""What describes a student, as it was trained or as it was exported: one JSON file beside the others.

Needs no torch, as `student.onnx.runtime` needs none.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.errors import InputError
from speech.text.normalize import LANGUAGES
from speech.text.phonemes import ALPHABET

D = TypeVar("D", bound="Described")

TRAINED_STUDENT, EXPORTED_STUDENT = "student.json", "onnx.json"
"""the description of a student as it was trained, and of one as it was exported"""
CONFIG = "config.json"
"""what the hub counts downloads by, and its `from_pretrained` asks for"""
LIBRARY = "tts-distill"


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
    loudness_lufs: Mapping[str, float] = field(default_factory=dict)
    """of each voice as the networks have it, by `student.loudness`; a voice without keeps its level"""
    alphabet: str = ALPHABET
    sample_rate: int = SAMPLE_RATE

    @classmethod
    def read(cls: type[D], location: str) -> D:
        """Raises InputError: no student there, or one that this version cannot read, and why."""
        path = storage.join(location, cls.FILE)
        if not storage.exists(path):
            raise InputError(f"{location} is no student: {cls._missing(location)}")
        try:
            described = TypeAdapter(cls).validate_json(storage.read_bytes(path))
        except ValidationError as error:
            what = error.errors()[0]
            reason = " ".join([*map(str, what["loc"]), what["msg"]])
            raise InputError(f"{path} is damaged, or of another version: {reason}") from error
        for known in fields(cls):
            theirs = getattr(described, known.name)
            if known.default not in (MISSING, theirs):
                ours = f"this version reads {known.default!r}"
                raise InputError(f"{path} has {known.name} {theirs!r:.80}, {ours:.80}")
        described.check(path)
        if CONFIG in described.sha256 or storage.exists(storage.join(location, CONFIG)):
            described.file(location, CONFIG)
        return described

    @classmethod
    def _missing(cls, location: str) -> str:
        """Where the description of another form of student stands, the way from that to this."""
        for other in Described.__subclasses__():
            if other is not cls and storage.exists(storage.join(location, other.FILE)):
                return (
                    f"it is one as {other.WRITTEN_BY} writes it ({other.FILE}); what is needed is "
                    f"a folder that {cls.WRITTEN_BY} wrote ({cls.FILE})"
                )
        return f"it has no {cls.FILE} ({cls.WRITTEN_BY})"

    def check(self, path: str) -> None:
        """Raise InputError for values that no student has."""
        if not self.speakers or len(set(self.speakers)) < len(self.speakers):
            raise InputError(f"{path} is damaged: speakers must be names, each of them once")
        if self.language not in LANGUAGES:
            allowed = ", ".join(LANGUAGES)
            raise InputError(f"{path} has language {self.language!r:.20}; allowed: {allowed}")

    def file(self, location: str, name: str) -> Path:
        """A local copy of one of the other files.

        Raises:
            InputError: it is missing, damaged, or the description has no hash of it.
        """
        path = storage.join(location, name)
        if name not in self.sha256:
            raise InputError(f"{storage.join(location, self.FILE)} has no SHA-256 of {name}")
        return storage.local_path(path, self.sha256[name])

    def write(self: D, output: str) -> D:
        """Under `output`, local or gs://, after the hub's config.json; returns what is written."""
        config = _json(self._config())
        storage.write_bytes(storage.join(output, CONFIG), config)
        written = replace(self, sha256={**self.sha256, CONFIG: sha256(config).hexdigest()})
        storage.write_bytes(storage.join(output, self.FILE), _json(asdict(written)))
        return written

    def _config(self) -> dict[str, object]:
        """What a stranger with a hub's tools may want to know."""
        names = ("name", "language", "license", "sample_rate", "speakers")
        about = {name: getattr(self, name) for name in names}
        return {"model_type": LIBRARY, "library_name": LIBRARY, "described_in": self.FILE, **about}


def _json(values: Mapping[str, object]) -> bytes:
    return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()
