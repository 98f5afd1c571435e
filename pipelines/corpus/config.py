"""What is read: files, how a file is cut into lines, and which columns hold what."""

import io
from typing import Literal

from pydantic import Field, field_validator

from speech.config import Config


class CorpusConfig(Config):
    """conf/corpus; `pipelines.corpus.layouts` tells delimiters, `speech.text.lexicon` lexicons."""

    paths: tuple[str, ...]
    unit: Literal["line", "sentence"]
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...] | None
    language: str
    text_column: str
    id_column: str
    language_column: str
    voice_column: str
    phonemes_column: str | None
    lexicon: str | None
    max_chars: int = Field(ge=20)
    max_line_chars: int = Field(ge=1)

    @field_validator("encoding")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            io.TextIOWrapper(io.BytesIO(), name, "replace").read()
        except (LookupError, ValueError, TypeError) as error:
            allowed = "utf-8, utf-16, latin-1, cp1252, gb18030 or another of Python's"
            raise ValueError(f"no encoding of text; allowed: {allowed}") from error
        return name

    @field_validator("delimiter")
    @classmethod
    def _one_mark(cls, mark: str | None) -> str | None:
        named = {"tab": "\t", "\\t": "\t"}.get(mark or "", mark)
        if named is not None and (len(named) != 1 or named.isalnum() or named in '"\r\n\0'):
            raise ValueError("must be one mark between columns, as ',', ';', '|' or tab")
        return named
