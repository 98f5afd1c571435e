"""The spans of a file against the file read whole: the same lines, sources and places."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from pipelines.corpus import (
    CorpusConfig,
    CorpusPart,
    Line,
    count_part,
    expand,
    number_parts,
    split_part,
)
from pipelines.corpus.spans import Span
from speech.dataset.schema import Rejection

Item = tuple[Line | Rejection, tuple[int, int] | None]
TRIES = 30


def shown(part: CorpusPart, config: CorpusConfig) -> list[Item]:
    return [(line, getattr(line, "place", None)) for line in part.read(config)]


def whole_of(path: Path | str, config: CorpusConfig) -> list[Item]:
    (file,) = expand(config)
    return shown(CorpusPart(file, 3, None), config)


def numbered(
    path: Path | str, config: CorpusConfig, cuts: Sequence[int] | None, limit: int | None = None
) -> list[CorpusPart]:
    """Counted in threads and out of order; `cuts` stand for those that the size gives."""
    (file,) = expand(config)
    parts = list(split_part(CorpusPart(file, 3, None), config))
    if cuts is not None:
        edges = [0, *sorted(cuts), file.size]
        own = [Span(start, end) for start, end in pairwise(edges)]
        parts = [replace(parts[0], span=span) for span in own]
    random.Random(0).shuffle(parts)
    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda part: count_part(part, config), parts))
    return list(number_parts(parts, counts, config, limit))


def check_spans(path: Path, config: CorpusConfig, cuts: Sequence[int] | None) -> list[CorpusPart]:
    parts = numbered(path, config, cuts)
    found = [shown(part, config) for part in parts]
    assert [item for items in found for item in items] == whole_of(path, config)
    assert [part.lines for part in parts] == [len(items) for items in found]
    return parts
