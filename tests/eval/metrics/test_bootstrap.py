"""The bootstrap against data whose mean is known."""

import math

import numpy as np
import pytest

from eval.metrics.bootstrap import bootstrap_interval


def test_nineteen_intervals_in_twenty_hold_the_mean() -> None:
    """Of 60 draws from a normal distribution the percentile interval covers about 94 %."""
    draw, trials = np.random.default_rng(0), 400
    held = 0
    for trial in range(trials):
        found = bootstrap_interval(draw.normal(3.0, 2.0, 60).tolist(), seed=trial, resamples=400)
        held += found.low <= 3.0 <= found.high
    assert 0.91 < held / trials < 0.98


def test_width_is_that_of_the_normal_interval() -> None:
    values = np.random.default_rng(1).normal(0, 1, 400)
    found = bootstrap_interval(values.tolist(), seed=0)
    half = 1.96 * values.std() / math.sqrt(len(values))
    assert found.estimate == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * half, rel=0.08)
    assert found.count == 400


def test_weights_give_summed_errors_over_summed_words() -> None:
    errors, words = [1, 0, 6], [2, 10, 12]
    rates = [e / w for e, w in zip(errors, words, strict=True)]
    found = bootstrap_interval(rates, words, seed=0)
    assert found.estimate == pytest.approx(7 / 24)
    assert found.low == 0  # the second sentence thrice
    assert found.high == pytest.approx(0.5)  # any of the other two, thrice


def test_the_seed_decides() -> None:
    values = np.random.default_rng(2).normal(0, 1, 20).tolist()
    assert bootstrap_interval(values, seed=5) == bootstrap_interval(values, seed=5)
    assert bootstrap_interval(values, seed=5) != bootstrap_interval(values, seed=6)


@pytest.mark.parametrize("values", [[0.25], [0.25] * 7])
def test_nothing_varies_where_values_are_one(values: list[float]) -> None:
    found = bootstrap_interval(values, seed=0)
    assert (found.estimate, found.low, found.high) == (0.25, 0.25, 0.25)


@pytest.mark.parametrize(
    ("values", "weights"),
    [
        ([], None),
        ([1.0, math.nan], None),
        ([1.0, math.inf], None),
        ([1.0, 2.0], [1.0]),
        ([1.0, 2.0], [1.0, 0.0]),
        ([1.0, 2.0], [1.0, math.nan]),
    ],
)
def test_refuses(values: list[float], weights: list[float] | None) -> None:
    with pytest.raises(ValueError, match="value"):
        bootstrap_interval(values, weights, seed=0)
