"""How sure a mean is: the percentile bootstrap (Efron and Tibshirani, 1993, chapter 13); of a share of
items, Wilson's interval, for no resample of none holds any."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, bootstrap

Floats = npt.NDArray[np.float64]
RESAMPLES = 2_000
LEVEL = 0.95
AT_ONCE = 100_000
"""values of resamples that are in memory at a time"""


@dataclass(frozen=True)
class Interval:
    """An estimate from `count` values, and between what bounds it lies."""

    estimate: float
    low: float
    high: float
    count: int


def bootstrap_interval(
    values: Sequence[float],
    weights: Sequence[float] | None = None,
    *,
    seed: int,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """The mean of `values`, weighted by `weights`, with its interval over resampled items.

    With the words of each sentence as weights, sentences' error rates give the corpus's: summed
    errors over summed words, in every resample anew. One value gives an interval without width.

    Raises:
        ValueError: no value, NaN or inf, or weights that are not positive or not one a value.
    """
    x = np.asarray(values, np.float64)
    w = np.ones_like(x) if weights is None else np.asarray(weights, np.float64)
    if x.ndim != 1 or not len(x) or x.shape != w.shape:
        raise ValueError(f"needs a value and one weight for each, not {x.shape} and {w.shape}")
    if not (np.isfinite(x).all() and np.isfinite(w).all() and (w > 0).all()):
        raise ValueError("values must be finite, and weights positive")
    weighted = x * w
    return resampled((weighted, w), _mean, seed=seed, resamples=resamples, level=level)


def share_interval(values: Sequence[float]) -> Interval:
    """The share of ones among values that are 0 or 1, with Wilson's 95 % interval."""
    test = binomtest(round(sum(values)), len(values))
    bounds = test.proportion_ci(LEVEL, method="wilson")
    return Interval(float(test.statistic), float(bounds.low), float(bounds.high), len(values))


def resampled(
    columns: Sequence[Floats],
    statistic: Callable[..., Floats],
    *,
    seed: int,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """What `statistic` makes of columns (items,), with its interval over resampled items; it takes
    them as arrays (..., items) and an `axis`. One item gives an interval without width."""
    estimate, count = statistic(*columns).item(), len(columns[0])
    if count == 1:
        return Interval(estimate, estimate, estimate, 1)
    found = bootstrap(
        columns,
        statistic,
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=resamples,
        batch=max(1, AT_ONCE // count),
        confidence_level=level,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(estimate, found.low.item(), found.high.item(), count)


def _mean(weighted: Floats, weights: Floats, axis: int = -1) -> Floats:
    return np.asarray(weighted.sum(axis) / weights.sum(axis))
