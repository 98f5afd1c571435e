"""What is read: files, how a file is cut into lines, and which columns hold what."""

from typing import Literal

from pydantic import Field

from speech.config import Config


class CorpusConfig(Config):
    paths: tuple[str, ...] = ("package://pipelines.corpus/demo.txt",)
    """local, gs://, package:// (globs allowed), or hf://owner/name:config@revision#split"""
    unit: Literal["line", "sentence"] = "line"
    """for .txt: a line is an utterance, or prose whose sentences are"""
    language: str = "en"
    """of rows without one"""
    text_column: str = "text"
    id_column: str = "id"
    language_column: str = "language"
    voice_column: str = "voice"
    phonemes_column: str | None = "phonemes"
    """of the whole line, in misaki's alphabet; null: none, where a column of that name is another's"""
    lexicon: str | None = None
    """a table of words and how they are said: see `speech.lexicon`"""
    max_chars: int = Field(220, ge=20)
    """of an utterance, as text and as spoken; longer text is split. A Chinese character counts 3"""
    max_line_chars: int = Field(20_000, ge=1)
    """longer lines are rejected, not split"""
