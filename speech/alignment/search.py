"""Monotonic alignment search with a distribution over how long each symbol lasts.

The search of Glow-TTS (Kim et al., 2020, arXiv 2005.11129, section 3.1) scores frames alone, which
leaves symbols without a sound of their own, such as stress marks, to chance; scoring durations as
well makes it the Viterbi search of a hidden semi-Markov model (Yu, 2010).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]

BAND = 400
"""frames (4.3 s) by which a symbol's end may miss the place its expected duration gives it"""
NEVER = -1e30


def search(scores: Floats, symbols: Integers, durations: Floats, band: int = BAND) -> Integers:
    """The most likely frames of each symbol.

    Args:
        scores: (T, K) log likelihood of each frame under each of K symbols.
        symbols: (N,) what is said, each in [0, K).
        durations: (N, D + 1) log probability that the n-th symbol lasts 0 to D frames, `NEVER` where
            it cannot; what lasts longer goes on as from D - 1 to D.
        band: symbols end within this many frames of where `durations` expect it.

    Returns:
        (N,) frames, of sum T.

    Raises:
        ValueError: fewer frames than the symbols need.
    """
    total = len(scores)
    least = np.argmax(durations > NEVER, axis=1)
    if total < least.sum():
        raise ValueError(f"{len(symbols)} symbols need {least.sum()} frames, not {total}")
    first, last = _bounds(durations, least, total, band)
    summed = np.zeros((total + 1, scores.shape[1]))
    np.cumsum(scores, axis=0, out=summed[1:])
    return _search(summed, symbols, durations, first, last)


def _bounds(durations: Floats, least: Integers, total: int, band: int) -> tuple[Integers, Integers]:
    """The first and the last frame at which each symbol may end; some path lies within them."""
    typical = np.maximum(np.argmax(durations, axis=1), 1)
    spare = (total - least.sum()) * np.cumsum(typical) / typical.sum()
    earliest = np.cumsum(least)
    latest = total - earliest[-1] + earliest
    expected = earliest + np.floor(spare).astype(np.int64)
    expected[-1] = total
    first = np.clip(expected - band, earliest, latest)
    last = np.clip(expected + band, earliest, latest)
    first[-1] = total
    return first, last


@njit
def _search(summed, symbols, durations, first, last):  # type: ignore[no-untyped-def]
    count, longest = durations.shape[0], durations.shape[1] - 1
    total = len(summed) - 1
    took = np.zeros((count, (last - first).max() + 1), np.int32)
    before = np.full(total + 1, NEVER)
    before[0] = 0.0
    before_first = before_last = 0
    for n in range(count):
        here = np.full(total + 1, NEVER)
        sound = summed[:, symbols[n]]
        goes_on = durations[n, longest] - durations[n, longest - 1]
        tail, tail_frames = NEVER, longest  # the best that lasts `longest` frames or more
        for end in range(min(first[n], before_first + longest), last[n] + 1):
            tail += goes_on + sound[end] - sound[end - 1] if end > 0 else 0.0
            tail_frames += 1
            start = end - longest
            if before_first <= start <= before_last:
                score = before[start] + durations[n, longest] + sound[end] - sound[start]
                if score >= tail:
                    tail, tail_frames = score, longest
            if end < first[n]:
                continue
            best, frames = tail, tail_frames
            for d in range(max(0, end - before_last), min(longest - 1, end - before_first) + 1):
                score = before[end - d] + durations[n, d] + sound[end] - sound[end - d]
                if score > best:
                    best, frames = score, d
            here[end] = best
            took[n, end - first[n]] = frames
        before, before_first, before_last = here, first[n], last[n]
    lasts = np.zeros(count, np.int64)
    end = total
    for n in range(count - 1, -1, -1):
        lasts[n] = took[n, end - first[n]]
        end -= lasts[n]
    return lasts
