"""Figures of a whole from those of a sample, each with its 95 % interval.

The sample is of clusters: runs of neighbouring lines, which are alike. The spread between clusters
says how sure a figure is; that between lines would promise too much.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Interval:
    """A figure, and between what the whole's lies with a probability of 95 %."""

    value: float
    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> "Interval":
        return cls(value, value, value)

    def times(self, factor: float) -> "Interval":
        return Interval(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Extent:
    """How much of a whole its clusters are: of an axis of bytes or, where the number of lines is
    known, of lines."""

    whole: float
    seen: float

    @property
    def scale(self) -> float:
        return self.whole / self.seen if self.seen else 0.0

    @property
    def unseen_share(self) -> float:
        return max(0.0, 1 - self.seen / self.whole) if self.whole else 0.0


@dataclass(frozen=True)
class Stratum:
    """One figure in each cluster of a part of the corpus, beside the clusters' lines."""

    extent: Extent
    by_lines: bool
    """the extent counts lines, which are known: a figure is then one a line"""
    values: Sequence[float]
    lines: Sequence[float]

    @property
    def total(self) -> float:
        return sum(self.values) * self.extent.scale

    @property
    def variance(self) -> float:
        """Of the total; Cochran, "Sampling Techniques", chapters 9A and 6.

        Clusters that lie one in each stretch of the corpus count as if they lay anywhere, which
        makes the interval wider where neighbours are alike, and never narrower.
        """
        count = len(self.values)
        if not self.extent.unseen_share or count < 2:
            return 0.0
        mean = [self._a_line * n for n in self.lines] if self.by_lines else [self._mean] * count
        squares = sum((y - m) ** 2 for y, m in zip(self.values, mean, strict=True))
        return self.extent.scale**2 * count * squares / (count - 1) * self.extent.unseen_share

    @property
    def _mean(self) -> float:
        return sum(self.values) / len(self.values)

    @property
    def _a_line(self) -> float:
        return sum(self.values) / (sum(self.lines) or 1)


def total(strata: Sequence[Stratum]) -> Interval:
    """The sum over the whole corpus, never less than what was seen."""
    value = sum(stratum.total for stratum in strata)
    half = _quantile(strata) * math.sqrt(sum(stratum.variance for stratum in strata))
    seen = sum(sum(stratum.values) for stratum in strata)
    return Interval(value, max(value - half, seen), value + half)


def share(parts: Sequence[Stratum], wholes: Sequence[Stratum]) -> Interval:
    """A share of `wholes`, from clusters: Wilson's interval for as many independent draws as would
    be as sure as these clusters are."""
    of, to = sum(s.total for s in parts), sum(s.total for s in wholes)
    if not to:
        return Interval.exactly(0.0)
    found = of / to
    rests = [
        Stratum(
            p.extent,
            True,
            [y - found * n for y, n in zip(p.values, w.values, strict=True)],
            w.values,
        )
        for p, w in zip(parts, wholes, strict=True)
    ]
    variance = sum(rest.variance for rest in rests) / to**2
    drawn = sum(sum(whole.values) for whole in wholes)
    if not any(whole.extent.unseen_share for whole in wholes):
        return Interval.exactly(found)
    if variance:
        drawn = min(drawn, found * (1 - found) / variance)
    return wilson(found, drawn)


def wilson(found: float, drawn: float) -> Interval:
    """Of a share that was found among so many draws; E. B. Wilson, JASA 22 (1927)."""
    if drawn <= 0:
        return Interval(found, 0.0, 1.0)
    z2 = NORMAL_95**2
    middle = (found + z2 / (2 * drawn)) / (1 + z2 / drawn)
    half = math.sqrt(found * (1 - found) * z2 / drawn + (z2 / (2 * drawn)) ** 2) / (1 + z2 / drawn)
    return Interval(found, max(0.0, min(middle - half, found)), min(1.0, max(middle + half, found)))


def _quantile(strata: Sequence[Stratum]) -> float:
    """Of Student's distribution for as many clusters as there are."""
    free = sum(len(stratum.values) - 1 for stratum in strata if stratum.extent.unseen_share)
    return float(stdtrit(max(free, 1), 0.975))
