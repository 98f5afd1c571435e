"""What is read: files, how a file is cut into lines, and which columns hold what."""

import io
from typing import Literal

from pydantic import Field, field_validator

from speech.config import Config


class CorpusConfig(Config):
    paths: tuple[str, ...] = ("package://pipelines.corpus/demo.txt",)
    """local, gs://, package:// (globs allowed), or hf://owner/name:config@revision#split"""
    unit: Literal["line", "sentence"] = "line"
    """for .txt: a line is an utterance, or prose whose sentences are"""
    encoding: str = "utf-8"
    """of every file but Parquet; one of Python's names, as latin-1, cp1252, utf-16"""
    delimiter: str | None = None
    """between the columns of .csv and .tsv, and of .txt where one is given. null: comma and tab, or
    what the first line shows (`pipelines.corpus.layouts`)"""
    columns: tuple[str, ...] | None = None
    """of tables without a header, in their order; null: the first line names them"""
    language: str = "en"
    """of rows without one"""
    text_column: str = "text"
    id_column: str = "id"
    language_column: str = "language"
    voice_column: str = "voice"
    phonemes_column: str | None = "phonemes"
    """of the whole line, in misaki's alphabet; null: none, where a column of that name is another's"""
    lexicon: str | None = None
    """a table of words and how they are said: see `speech.text.lexicon`"""
    max_chars: int = Field(220, ge=20)
    """of an utterance, as text and as spoken; longer text is split. A Chinese character counts 3"""
    max_line_chars: int = Field(20_000, ge=1)
    """longer lines are rejected, not split"""

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
