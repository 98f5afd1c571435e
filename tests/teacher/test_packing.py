"""Packing by padded cost."""

import random
from itertools import combinations, pairwise

import pytest

from teacher.packing import SHORTEST_SHARE, BatchLimit, pack, padding_efficiency

BUDGET = 20_000
BUDGETS = [8_000, 32_000, 131_000, 262_000, 1_000_000]


def lengths(count: int, seed: int = 0) -> list[int]:
    draw = random.Random(seed)
    return [draw.randint(50, 2500) for _ in range(count)]


def demo_lengths(count: int, seed: int = 0) -> list[int]:
    """Frames as the demo corpus has them: about 630, two thirds of them within 15 %, some long."""
    draw = random.Random(seed)
    return [round(min(max(draw.gauss(625, 90), 395), 1200)) for _ in range(count)]


def is_allowed(batch: list[int], limit: BatchLimit) -> bool:
    """The rule, counted out: a batch of its own, or within both limits and of like lengths."""
    if len(batch) == 1:
        return True
    cost = sum(max(batch) for _ in batch)
    return (
        (limit.cost is None or cost <= limit.cost)
        and (limit.items is None or len(batch) <= limit.items)
        and min(batch) >= SHORTEST_SHARE * max(batch)
    )


def fewest_batches(items: list[int], limit: BatchLimit) -> int:
    """Of all ways to cut the sorted lengths that the rule allows."""
    ordered = sorted(items, reverse=True)
    for cuts in range(len(items)):
        for places in combinations(range(1, len(items)), cuts):
            parts = [ordered[a:b] for a, b in pairwise([0, *places, len(items)])]
            if all(is_allowed(part, limit) for part in parts):
                return cuts + 1
    raise AssertionError("items alone are always allowed")


@pytest.mark.parametrize("seed", range(60))
def test_no_allowed_way_takes_fewer_batches(seed):
    draw = random.Random(seed)
    items = [draw.randint(80, 140) for _ in range(draw.randint(1, 9))]
    limit = BatchLimit(draw.choice([None, 100, 300, 600]), draw.choice([None, 1, 2, 4]))
    batches = pack(items, limit)
    assert sorted(i for batch in batches for i in batch) == list(range(len(items)))
    assert all(is_allowed([items[i] for i in batch], limit) for batch in batches)
    assert len(batches) == fewest_batches(items, limit)


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("seed", range(3))
def test_wastes_little_at_every_budget_and_never_overflows(budget, seed):
    items = demo_lengths(2000, seed)
    batches = pack(items, BatchLimit(budget))
    assert all(len(b) * max(items[i] for i in b) <= budget for b in batches)
    assert padding_efficiency(items, batches) >= 0.96


@pytest.mark.parametrize("seed", range(20))
def test_few_items_waste_little_too(seed):
    items = demo_lengths(18, seed)
    assert padding_efficiency(items, pack(items, BatchLimit(8_000))) >= 0.93


@pytest.mark.parametrize("seed", range(5))
def test_wastes_little_and_never_overflows(seed):
    items = lengths(1000, seed)
    batches = pack(items, BatchLimit(cost=BUDGET))
    assert sorted(i for batch in batches for i in batch) == list(range(len(items)))
    assert max(len(b) * max(items[i] for i in b) for b in batches) <= BUDGET
    assert padding_efficiency(items, batches) >= 0.97


def test_a_batch_is_closed_before_what_is_much_shorter():
    assert pack([100, 93, 92], BatchLimit()) == [[0, 1], [2]]


def test_a_single_item_over_the_budget_is_a_batch_of_its_own():
    assert pack([30_000, 10, 10], BatchLimit(cost=BUDGET)) == [[0], [1, 2]]


def test_a_number_of_items_is_a_limit_too():
    batches = pack([1000] * 10, BatchLimit(items=4))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    both = pack([100] * 10, BatchLimit(cost=250, items=4))
    assert {len(batch) for batch in both} == {2}


def test_ties_keep_their_order_and_nothing_is_nothing():
    assert pack([5, 9, 5, 9], BatchLimit(cost=18)) == [[1, 3], [0, 2]]
    assert pack([], BatchLimit()) == []
    assert padding_efficiency([], []) == 1.0


def test_efficiency_is_true_over_padded_frames():
    assert padding_efficiency([10, 5], [[0, 1]]) == 0.75
