"""The beginnings of files that cannot be read from anywhere else."""

from collections.abc import Sequence
from itertools import islice

from pipelines.corpus import CorpusConfig, read_lines
from pipelines.planning.sources import Source
from pipelines.planning.text_windows import Items

MOST_FILES = 50


def read_heads(
    sources: Sequence[Source], lines: int, at_a_time: int, config: CorpusConfig
) -> list[Items]:
    """About so many lines, from at most `MOST_FILES` files that lie evenly among all, from each as
    many as its share; in runs of `at_a_time`.

    Raises:
        InputError: a file that cannot be read.
    """
    step = -(-len(sources) // MOST_FILES)
    chosen = [source for source in sources[::step] if source.size]
    total = sum(source.size for source in chosen)
    found: list[Items] = []
    for source in chosen:
        wanted = min(source.size, -(-lines * source.size // total))
        items = list(islice(read_lines(source.file, config), wanted))
        found += [items[i : i + at_a_time] for i in range(0, len(items), at_a_time)]
    return found
