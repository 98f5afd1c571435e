"""Windows over files of text, read by ranges of bytes: the lines that begin in each."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from pipelines.corpus import CorpusConfig, CorpusFile, Line, read_lines
from pipelines.corpus.decoding import MAX_ROW_CHARS
from pipelines.corpus.layouts import header_of, layout_of
from pipelines.planning.windows import Stretch, spread
from speech import storage
from speech.dataset.schema import Rejection
from speech.errors import InputError

Items = list[Line | Rejection]
READERS = 16
"""ranges in flight at once"""
PROBES, PROBE_BYTES = 32, 16 * 2**10
"""by which the number of lines is guessed"""
SENTENCE_BYTES = 100
HEAD_BYTES = 256 * 2**10
"""that hold a header, however wide"""
MORE_BYTES = 64 * 2**10
LINE_END = re.compile(rb"\n")
PARAGRAPH_END = re.compile(rb"\n[ \t\r\n]*\n")
LOOK_BACK = 64
"""bytes before a place, which tell whether something begins there"""
_ENDS = re.compile(rb"\r\n|\r|\n")


def byte_size(file: CorpusFile) -> int:
    return int(file.fingerprint.partition(":")[0])


def read_head(file: CorpusFile) -> bytes:
    return storage.read_range(file.path, 0, min(HEAD_BYTES, byte_size(file)))


def is_table(file: CorpusFile, config: CorpusConfig) -> bool:
    return file.kind in ("csv", "tsv") or (file.kind == "txt" and config.delimiter is not None)


def bytes_a_line(files: Sequence[CorpusFile], config: CorpusConfig, seed: int) -> float:
    """Guessed by a look at a few places."""
    if config.unit == "sentence" and all(file.kind == "txt" for file in files):
        return SENTENCE_BYTES
    probes = spread([byte_size(file) for file in files], PROBES, PROBE_BYTES, seed)
    with ThreadPoolExecutor(READERS) as pool:
        read = [
            *pool.map(lambda p: storage.read_range(files[p.file].path, p.start, p.stop), probes)
        ]
    return sum(map(len, read)) / max(1, sum(data.count(b"\n") for data in read))


def read_windows(
    files: Sequence[CorpusFile], stretches: Sequence[Stretch], config: CorpusConfig
) -> Iterator[tuple[int, Items]]:
    """(number of its window, the lines that begin in it) of each stretch.

    Raises:
        InputError: a file that cannot be read as its kind says.
    """
    by_file: dict[int, list[Stretch]] = {}
    for stretch in stretches:
        by_file.setdefault(stretch.file, []).append(stretch)
    with ThreadPoolExecutor(READERS) as pool, TemporaryDirectory() as folder:
        for number, wanted in by_file.items():
            form = _form(files[number], config, Path(folder))
            data = pool.map(partial(_lines_of, files[number], form), wanted)
            read = _parsed(files[number], form, list(data), Path(folder))
            yield from zip((stretch.window for stretch in wanted), read, strict=True)


@dataclass(frozen=True)
class _Form:
    """How lines are found in a file, and how its own reader is told to read them by themselves."""

    config: CorpusConfig
    first: int
    """byte at which the first line begins, behind a header"""
    end: re.Pattern[bytes]
    longest: int
    """bytes; what is longer is rejected for that, and is not read to its end"""


def _form(file: CorpusFile, config: CorpusConfig, folder: Path) -> _Form:
    longest = 4 * max(MAX_ROW_CHARS, config.max_line_chars)
    if is_table(file, config):
        head = read_head(file)
        beginning = folder / f"head.{file.kind}"
        beginning.write_bytes(head)
        layout = layout_of(str(beginning), file.kind, config)
        columns, first = layout.columns, 0
        if columns is None:
            row = (_ENDS.split(head, maxsplit=1) or [b""])[0]
            header = row.decode(config.encoding, "replace").removeprefix("\ufeff")
            columns, first = tuple(header_of(header, layout.delimiter)), head.find(b"\n") + 1
        told = {"delimiter": layout.delimiter, "columns": columns}
        return _Form(config.model_copy(update=told), first, LINE_END, longest)
    by_paragraph = config.unit == "sentence" and file.kind == "txt"
    return _Form(config, 0, PARAGRAPH_END if by_paragraph else LINE_END, longest)


def _lines_of(file: CorpusFile, form: _Form, stretch: Stretch) -> bytes:
    """All that begins in the stretch, to its end beyond it."""
    start, size = max(stretch.start, form.first), byte_size(file)
    at = max(start - LOOK_BACK, form.first)
    if start >= stretch.stop:
        return b""
    data = storage.read_range(file.path, at, stretch.stop)
    begins = start
    if start > form.first:
        marks = (at + mark.end() for mark in form.end.finditer(data))
        begins = next((place for place in marks if place >= start), stretch.stop)
    if begins >= stretch.stop:
        return b""
    data, stop = data[begins - at :], stretch.stop
    while not (mark := _first_end(data, stretch.stop - begins, form)) and stop < size:
        if len(data) > stretch.stop - begins + form.longest:
            break
        data += storage.read_range(file.path, stop, min(stop + MORE_BYTES, size))
        stop = min(stop + MORE_BYTES, size)
    return data[:mark]


def _first_end(data: bytes, wanted: int, form: _Form) -> int | None:
    """Where the last of what begins before `wanted` ends."""
    marks = form.end.finditer(data, max(0, wanted - LOOK_BACK))
    return next((mark.end() for mark in marks if mark.end() >= wanted), None)


def _parsed(file: CorpusFile, form: _Form, pieces: list[bytes], folder: Path) -> list[Items]:
    """The pieces of one file as its reader reads them, from a file of their own."""
    gap = b"\n\n" if form.end is PARAGRAPH_END else b"\n"
    whole = [piece if piece.endswith(b"\n") or not piece else piece + b"\n" for piece in pieces]
    whole = [piece + gap[1:] if piece else piece for piece in whole]
    path = folder / f"sample{PurePosixPath(file.path).suffix}"
    path.write_bytes(b"".join(whole))
    numbers = [n for n, piece in enumerate(whole) for _ in _ENDS.finditer(piece)]
    found: list[Items] = [[] for _ in pieces]
    if not numbers:
        return found
    try:
        for item in read_lines(CorpusFile(str(path), file.kind, ""), form.config):
            line = int(item.source.rpartition(":")[2])
            found[numbers[line - 1]].append(item)
    except InputError as error:
        raise InputError(str(error).replace(str(path), file.path)) from error
    return found
