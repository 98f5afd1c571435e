"""Batches by padded cost: sorted by length, each as large as the budget of frames allows."""

from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_SHARE = 0.93
"""of its batch's longest that an item may be: a shorter one would be padded by over 7 %"""


@dataclass(frozen=True)
class BatchLimit:
    """What a batch may hold: padded `cost` (items times the costliest), and `items`."""

    cost: int | None = None
    items: int | None = None

    def allows(self, count: int, longest: int) -> bool:
        """A single item is always allowed: it cannot be made smaller."""
        if count == 1:
            return True
        return (self.cost is None or count * longest <= self.cost) and (
            self.items is None or count <= self.items
        )


def pack(lengths: Sequence[int], limit: BatchLimit) -> list[list[int]]:
    """Indices of `lengths` in batches, longest first; ties keep their order.

    Sorting puts like beside like, and a batch is closed where the next item is much shorter than its
    first, however much the limit allows: what padding costs is `count * longest`, not the sum that
    simpler packers count.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    batches: list[list[int]] = []
    for index in order:
        batch = batches[-1] if batches else None
        if batch and _joins(lengths[index], len(batch), lengths[batch[0]], limit):
            batch.append(index)
        else:
            batches.append([index])
    return batches


def _joins(length: int, count: int, longest: int, limit: BatchLimit) -> bool:
    return length >= SHORTEST_SHARE * longest and limit.allows(count + 1, longest)


def padding_efficiency(lengths: Sequence[int], batches: Sequence[Sequence[int]]) -> float:
    """Share of the padded frames that are true frames, 1 for no batches."""
    padded = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    return sum(lengths) / padded if padded else 1.0
