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

    def takes(self, length: int, count: int, longest: int) -> bool:
        """Whether an item joins a batch of `count`, none of which is shorter than it: a batch is
        closed where the next is much shorter than its first, however much the limit allows."""
        return length >= SHORTEST_SHARE * longest and self.allows(count + 1, longest)

    def shared_by(self, copies: int) -> "BatchLimit":
        """What a batch may hold of items that are each spoken `copies` times in it."""
        return BatchLimit(
            self.cost // copies if self.cost else None,
            max(self.items // copies, 1) if self.items else None,
        )


def pack(lengths: Sequence[int], limit: BatchLimit) -> list[list[int]]:
    """Indices of `lengths` in batches, longest first; ties keep their order.

    Sorting puts like beside like: what padding costs is `count * longest`, not the sum that simpler
    packers count.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    batches: list[list[int]] = []
    for index in order:
        batch = batches[-1] if batches else None
        if batch and limit.takes(lengths[index], len(batch), lengths[batch[0]]):
            batch.append(index)
        else:
            batches.append([index])
    return batches


def padding_efficiency(lengths: Sequence[int], batches: Sequence[Sequence[int]]) -> float:
    """Share of the padded frames that are true frames, 1 for no batches."""
    padded = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    return sum(lengths) / padded if padded else 1.0
