"""Packing by padded cost."""

import random

import pytest

from teacher.packing import BatchLimit, pack, padding_efficiency

BUDGET = 20_000


def lengths(count: int, seed: int = 0) -> list[int]:
    draw = random.Random(seed)
    return [draw.randint(50, 2500) for _ in range(count)]


@pytest.mark.parametrize("seed", range(5))
def test_wastes_little_and_never_overflows(seed):
    items = lengths(1000, seed)
    batches = pack(items, BatchLimit(cost=BUDGET))
    assert sorted(i for batch in batches for i in batch) == list(range(len(items)))
    assert max(len(b) * max(items[i] for i in b) for b in batches) <= BUDGET
    assert padding_efficiency(items, batches) >= 0.97


def test_a_single_item_over_the_budget_is_a_batch_of_its_own():
    assert pack([30_000, 10, 10], BatchLimit(cost=BUDGET)) == [[0], [1, 2]]


def test_a_number_of_items_is_a_limit_too():
    batches = pack(lengths(10), BatchLimit(items=4))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    both = pack([100] * 10, BatchLimit(cost=250, items=4))
    assert {len(batch) for batch in both} == {2}


def test_ties_keep_their_order_and_nothing_is_nothing():
    assert pack([5, 9, 5, 9], BatchLimit(cost=18)) == [[1, 3], [0, 2]]
    assert pack([], BatchLimit()) == []
    assert padding_efficiency([], []) == 1.0


def test_efficiency_is_true_over_padded_frames():
    assert padding_efficiency([10, 5], [[0, 1]]) == 0.75
