"""How a table of text is divided: as configured, or as its first line shows."""

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import MAX_ROW_CHARS, physical_lines

QUOTED = ",;"
"""delimiters of tables whose fields may be quoted as RFC 4180 says; in others a quote is text"""
_USUAL = {"csv": ",", "tsv": "\t"}
_OTHERS = ";\t|"


@dataclass(frozen=True)
class Layout:
    delimiter: str
    columns: tuple[str, ...] | None = None
    """None: the first line names them"""
    has_header: bool = False
    """the first line is no row, whoever has named the columns"""
    note: str = ""
    """what was recognised rather than configured, for people"""


def layout_of(path: str, kind: str, config: CorpusConfig) -> Layout:
    """The layout of a table: the kind's usual delimiter with a header; else another delimiter whose
    header has the text column; else, without a header, that of LJSpeech: id|text|text as spoken.

    A .txt is a table of `config.delimiter`. Where nothing fits, the usual: reading then says what
    is missing. Raises InputError as `physical_lines`.
    """
    usual = config.delimiter or _USUAL[kind]
    if config.columns:
        return Layout(usual, config.columns)
    lines = islice(physical_lines(path, MAX_ROW_CHARS, config.encoding), 1)
    first = next((line.text for line in lines), "")
    if config.text_column in header_of(first, usual):
        return Layout(usual)
    name = PurePosixPath(path).name
    for other in () if config.delimiter else _OTHERS:
        if config.text_column in header_of(first, other):
            return Layout(other, note=f"{name} is read as divided by {_shown(other)}")
    delimiter = config.delimiter or "|"
    if columns := _without_header(header_of(first, delimiter), config):
        shown = _shown(delimiter).join(columns)
        return Layout(delimiter, columns, note=f"{name} is read without a header, as {shown}")
    return Layout(usual)


def header_of(line: str, delimiter: str) -> list[str]:
    """The names in a header."""
    if delimiter in QUOTED:
        try:
            fields = next(csv.reader([line.replace("\0", "")], delimiter=delimiter), [])
        except csv.Error:
            return []
    else:
        fields = line.split(delimiter)
    return [field.strip() for field in fields]


def _without_header(fields: list[str], config: CorpusConfig) -> tuple[str, ...] | None:
    """The columns that two or three fields stand for; None where they look like names."""
    if {config.id_column, config.language_column, config.voice_column} & set(fields):
        return None
    known = {2: (), 3: ("text as written",)}
    if len(fields) not in known:
        return None
    return (config.id_column, *known[len(fields)], config.text_column)


def _shown(delimiter: str) -> str:
    return "<tab>" if delimiter == "\t" else delimiter
