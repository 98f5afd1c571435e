"""A JSON file that is one list, of strings or of objects, read as a stream."""

import codecs
import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

import ijson
from ijson.common import ObjectBuilder

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import MAX_ROW_CHARS, check_encoding, open_bytes, physical_lines
from pipelines.corpus.json_lines import read_json_lines
from pipelines.corpus.lines import Line, check_text_column, line_from_row, rejection
from pipelines.corpus.spans import WHOLE, Span
from speech.dataset.schema import Rejection
from speech.errors import InputError
from speech.reasons import Reason

MAX_ITEM_BYTES, MAX_DEPTH = 4 * 2**20, 100
_ALLOWED = "a list of strings or objects, or an object a line"
_HEAD = 100  # objects that are asked whether the text column exists at all


def read_json(
    path: str, name: str, config: CorpusConfig, span: Span = WHOLE
) -> Iterator[Line | Rejection]:
    """The items of a list, or JSON Lines under the name of .json, told by the first mark.

    A list is not read from within: a span of it is its beginning, and ends in an error.

    Raises:
        InputError: neither, not valid JSON, or objects without the text column.
    """
    if _first_mark(path, config.encoding) == "{":
        _check_lines(path, config.encoding)
        yield from read_json_lines(path, name, config, span)
        return
    items = _items(path, config.encoding, span)
    head = list(islice(items, _HEAD))
    keys = dict.fromkeys(key for item in head if isinstance(item, dict) for key in item)
    if keys:
        check_text_column(list(keys), path, config)
    for number, item in enumerate(chain(head, items), 1):
        yield _read(item, f"{name}:{number}", config)


def _read(item: Any, source: str, config: CorpusConfig) -> Line | Rejection:
    if isinstance(item, str):
        item = {config.text_column: item}
    if not isinstance(item, dict):
        detail = f"a JSON {type(item).__name__}, not text or an object"
        return rejection(str(item)[:1000], Reason.MALFORMED_ROW, detail, source)
    return line_from_row(item, source, config)


def _first_mark(path: str, encoding: str) -> str:
    """ "[" or "{"; raises InputError for anything else."""
    with open_bytes(path) as stream:
        check_encoding(stream.peek(4096)[:4096], path, encoding)
        head = codecs.getreader(encoding)(stream, "replace").read(4096)
    mark = head.lstrip("\ufeff \t\r\n")[:1]
    if mark not in ("[", "{"):
        raise InputError(f"{path} holds no list; allowed: {_ALLOWED}")
    return mark


def _check_lines(path: str, encoding: str) -> None:
    """Raise InputError for an object over several lines."""
    lines = (line.text for line in physical_lines(path, MAX_ROW_CHARS, encoding))
    first = next(line for line in lines if line.strip())
    try:
        json.loads(first)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is one object, or damaged; allowed: {_ALLOWED}") from error


def _items(path: str, encoding: str, span: Span) -> Iterator[Any]:
    with open_bytes(path, span) as stream:
        metered, number = _Metered(stream, path, encoding), 0
        try:
            for item in _built(ijson.basic_parse(metered), path):
                metered.taken, number = 0, number + 1
                yield item
        except (ijson.JSONError, UnicodeError) as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{path}: no JSON after item {number}: {reason:.200}") from error


def _built(events: Iterator[tuple[str, Any]], path: str) -> Iterator[Any]:
    """The items of the outermost list. `ijson.items` would do, were it not that the path to a place
    that is nested 100,000 deep, which it keeps for each, takes gigabytes."""
    depth, builder = 0, None
    for event, value in events:
        depth -= event in ("end_map", "end_array")
        if depth:
            builder = builder or ObjectBuilder()
            builder.event(event, value)
        depth += event in ("start_map", "start_array")
        if depth > MAX_DEPTH:
            raise InputError(f"{path} holds an item nested over {MAX_DEPTH} deep")
        if builder and depth == 1:
            yield builder.value
            builder = None


class _Metered:
    """A file as UTF-8 without a BOM, with what was read since an item last ended."""

    def __init__(self, stream: BinaryIO, path: str, encoding: str) -> None:
        self._stream, self._path = stream, path
        self._decode = codecs.getincrementaldecoder(encoding)().decode
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.taken += len(data)
        if self.taken > MAX_ITEM_BYTES:
            limit = f"{MAX_ITEM_BYTES >> 20} MiB"
            raise InputError(f"{self._path} holds an item of more than {limit}; allowed: {limit}")
        text = self._decode(data, final=not data)
        while data and not text:  # a character's first bytes alone are not the end
            data = self._stream.read(size)
            text = self._decode(data, final=not data)
        return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass")
