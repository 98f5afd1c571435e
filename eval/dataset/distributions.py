"""How a number spreads over many clips: its quantiles and a histogram."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 24
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True)
class Distribution:
    count: int
    missing: int
    """clips without this number"""
    mean: float
    quantiles: dict[str, float]
    """by "0.5" and the like"""
    edges: Sequence[float]
    counts: Sequence[int]
    """of clips between an edge and the next; the outermost 0.5 % of either side are in the end bins"""
    source: str
    """`stored` in the dataset, or `heard` again by the report's judges"""


def distribution(values: Sequence[float], total: int, source: str) -> Distribution | None:
    """None where no value is finite."""
    x = np.asarray(values, np.float64)
    x = x[np.isfinite(x)]
    if not len(x):
        return None
    low, high = np.quantile(x, [0.005, 0.995])
    if low == high:
        low, high = (0.0, 1.0) if low == 0 else (low - abs(low) / 2, high + abs(low) / 2)
    edges = np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(np.clip(x, low, high), edges)
    return Distribution(
        count=len(x),
        missing=total - len(x),
        mean=float(x.mean()),
        quantiles={
            str(q): float(value)
            for q, value in zip(QUANTILES, np.quantile(x, QUANTILES), strict=True)
        },
        edges=edges.tolist(),
        counts=counts.tolist(),
        source=source,
    )
