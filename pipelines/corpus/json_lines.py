"""JSON Lines: one object a line."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import MAX_ROW_CHARS, PhysicalLine, physical_lines
from pipelines.corpus.lines import Line, check_text_column, line_from_row, rejection, unreadable
from pipelines.corpus.spans import WHOLE, Span
from speech.dataset.schema import Rejection
from speech.reasons import Reason

_HEAD = 100  # objects that are asked whether the text column exists at all


def read_json_lines(
    path: str, name: str, config: CorpusConfig, span: Span = WHOLE
) -> Iterator[Line | Rejection]:
    """Each line by itself: a malformed one is rejected and the next is read.

    Raises:
        InputError: none of the file's first objects has the text column.
    """

    def lines() -> Iterator[PhysicalLine]:
        return physical_lines(path, MAX_ROW_CHARS, config.encoding, span)

    if not span.start:
        head = [_parsed(line) for line in islice(lines(), _HEAD)]
        keys = dict.fromkeys(key for row in head if isinstance(row, dict) for key in row)
        if keys:
            check_text_column(list(keys), path, config)
    for line in lines():
        source = f"{name}:{line.number}"
        yield unreadable(line, source, config.encoding) or _read(line, source, config)


def _read(line: PhysicalLine, source: str, config: CorpusConfig) -> Line | Rejection:
    if not line.text.strip():
        return rejection(line.text, Reason.EMPTY, "blank line", source)
    row = _parsed(line)
    if isinstance(row, ValueError):
        return rejection(line.text, Reason.MALFORMED_ROW, f"no JSON: {row}", source)
    if not isinstance(row, dict):
        detail = f"a JSON {type(row).__name__}, not an object"
        return rejection(line.text, Reason.MALFORMED_ROW, detail, source)
    return line_from_row(row, source, config)


def _parsed(line: PhysicalLine) -> Any:
    """The value, or the error that was met."""
    try:
        return json.loads(line.text)
    except ValueError as error:
        return error
    except RecursionError:
        return ValueError("nested too deeply")
