"""How many lines a corpus has, about, from its sizes and the beginnings of a few files.

The same files give the same figure: the number of shards follows from it.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.files import CorpusFile, read_lines
from pipelines.corpus.parquet import parquet_spans
from pipelines.corpus.spans import Span
from speech.errors import InputError

SAMPLE_BYTES, SAMPLED_FILES = 2**20, 8
"""of each kind of file"""


def estimate_lines(files: Sequence[CorpusFile], config: CorpusConfig) -> int:
    """Of files that have a size; off by as much as their beginnings differ from the rest.

    Raises:
        InputError: a Parquet file that cannot be read.
    """
    alike: dict[tuple[str, bool], list[CorpusFile]] = defaultdict(list)
    for file in files:
        alike[file.kind, file.is_packed].append(file)
    return sum(_lines(group, config) for group in alike.values())


def _lines(files: Sequence[CorpusFile], config: CorpusConfig) -> int:
    every = -(-len(files) // SAMPLED_FILES)
    samples = [_sample(file, config) for file in files[::every]]
    lines, sampled = sum(lines for lines, _ in samples), sum(size for _, size in samples)
    return sum(file.size for file in files) * max(lines, 1) // max(sampled, 1)


def _sample(file: CorpusFile, config: CorpusConfig) -> tuple[int, int]:
    """Lines and the bytes of the file that they take."""
    if file.kind == "parquet":
        return sum(rows for _, rows in parquet_spans(file.path, config)), file.size
    lines, span = 0, Span(0, min(file.size, SAMPLE_BYTES))
    with suppress(InputError):  # the beginning of a packed file or of a list is a damaged one
        for _ in read_lines(file, config, span):
            lines += 1
    return lines, span.end
