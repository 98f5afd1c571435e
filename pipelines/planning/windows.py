"""Where in a corpus a sample is taken: windows over its files, laid end to end.

A byte of a text file, and a row of a Parquet file, is as likely as any other to be in a window;
what begins in a window is in the sample.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True)
class Stretch:
    """A piece of a file that belongs to a window, in bytes or rows from the file's beginning."""

    file: int
    window: int
    start: int
    stop: int


def spread(sizes: Sequence[int], windows: int, width: int, seed: int) -> list[Stretch]:
    """One window in each of as many equal parts of the whole, in the order of the files.

    A window lies anywhere in its part, and what would stick out at the end is taken from the
    beginning, so that no place is left out more often than another.
    """
    draws, total = random.Random(seed), sum(sizes)
    ends = [*accumulate(sizes)]
    pieces: list[Stretch] = []
    for window in range(windows):
        first, last = window * total // windows, (window + 1) * total // windows
        length = min(width, last - first)
        if not length:
            continue
        start = draws.randrange(first, last)
        over = max(0, start + length - last)
        for begin, end in ((first, first + over), (start, start + length - over)):
            pieces += _by_file(begin, end, window, sizes, ends)
    return sorted(pieces, key=lambda piece: (piece.file, piece.start))


def _by_file(
    begin: int, end: int, window: int, sizes: Sequence[int], ends: Sequence[int]
) -> Iterator[Stretch]:
    """What lies between two places of the whole, cut where one file ends and another begins."""
    while begin < end:
        file = bisect_right(ends, begin)
        before = ends[file] - sizes[file]
        stop = min(end, ends[file])
        yield Stretch(file, window, begin - before, stop - before)
        begin = stop
