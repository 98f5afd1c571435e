"""The files of a corpus, each with how a sample of it can be taken and how much there is of it."""

import codecs
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from pipelines.corpus import CorpusConfig, CorpusFile, count_lines, read_lines
from pipelines.planning.row_windows import count_rows
from pipelines.planning.text_windows import byte_size, bytes_a_line, is_table, read_head
from speech.storage import open_input

Form = Literal["text", "rows", "head"]
GZIP_BYTES = 4 * 2**20
"""unpacked, by which the lines of a .gz are guessed"""
TABLE_LINES = 200
"""in which a record over several lines would be seen"""


@dataclass(frozen=True)
class Source:
    """A file, or the beginning of one."""

    file: CorpusFile
    form: Form
    """how it is sampled: by windows of bytes, by windows of rows, from its beginning alone"""
    size: int
    """in bytes, rows or lines, as the form counts"""
    lines: float
    """a guess for text and .gz, exact for others"""


def sources_of(files: Sequence[CorpusFile], config: CorpusConfig, seed: int) -> list[Source]:
    """In the order of the files.

    Raises:
        InputError: a file that cannot be read.
    """
    forms = _forms(files, config)
    texts = [file for file in files if forms[file.path] == "text"]
    tables = [file for file in files if forms[file.path] == "rows"]
    a_line = bytes_a_line(texts, config, seed) if texts else 1.0
    rows = dict(zip((file.path for file in tables), count_rows(tables), strict=True))
    found = []
    for file in files:
        form = forms[file.path]
        if form == "text":
            found.append(Source(file, form, byte_size(file), byte_size(file) / a_line))
            continue
        lines = rows[file.path] if form == "rows" else _count_lines(file, config)
        found.append(Source(file, form, lines, lines))
    return found


def _forms(files: Sequence[CorpusFile], config: CorpusConfig) -> Mapping[str, Form]:
    """By path; the first file of a kind stands for the others."""
    by_kind: dict[str, Form] = {}
    found: dict[str, Form] = {}
    for file in files:
        if _is_gzip(file) or file.kind in ("hf", "json"):
            found[file.path] = "head"
            continue
        if file.kind not in by_kind:
            by_kind[file.kind] = "rows" if file.kind == "parquet" else _form_of_text(file, config)
        found[file.path] = by_kind[file.kind]
    return found


def _form_of_text(file: CorpusFile, config: CorpusConfig) -> Form:
    """Windows, where a line begins behind a byte that ends the one before, and a record is a line."""
    if codecs.lookup(config.encoding).name.startswith(("utf-16", "utf-32", "utf-7")):
        return "head"
    head = read_head(file)
    if b"\r" in head and b"\n" not in head:
        return "head"
    if is_table(file, config):
        items = islice(read_lines(file, config), TABLE_LINES)
        places = [int(item.source.rpartition(":")[2]) for item in items]
        if any(after - before > 1 for before, after in pairwise(places)):
            return "head"
    return "text"


def _is_gzip(file: CorpusFile) -> bool:
    return file.path.lower().endswith(".gz")


def _count_lines(file: CorpusFile, config: CorpusConfig) -> int:
    """Of a .gz of lines by its beginning, of anything else by its card or by reading it."""
    if not _is_gzip(file) or file.kind == "json" or config.unit == "sentence":
        return count_lines(file, config)
    with open_input(file.path) as packed:
        data = gzip.GzipFile(fileobj=packed).read(GZIP_BYTES)
        if len(data) < GZIP_BYTES:
            return count_lines(file, config)
        return max(1, data.count(b"\n") * byte_size(file) // packed.tell())
