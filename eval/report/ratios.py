"""How many times as quick one system is as another, with how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from eval.metrics.bootstrap import Floats, Interval, resampled
from eval.metrics.measures import Measure
from eval.report.figures import verdict
from eval.report.results import JudgedClip

COMPARED = ("real_time_factor", "first_audio_s")
"""keys of measures whose ratio says more than their difference"""


@dataclass(frozen=True)
class Ratio:
    """`first`'s value as a multiple of `second`'s over the sentences that both said: 37 of
    `real_time_factor` is that `second` is 37 times as fast."""

    measure: str
    first: str
    second: str
    interval: Interval
    verdict: str
    """of `second`, as of a difference (`eval.report.figures`)"""


def ratios(
    systems: Mapping[str, Sequence[JudgedClip]], measures: Sequence[Measure], seed: int
) -> list[Ratio]:
    """Of every two systems; those that share no sentence with a value have none."""
    found = []
    for first, second in combinations(systems, 2):
        for measure in measures:
            pairs = _pairs(systems[first], systems[second], measure.key)
            if measure.key in COMPARED and pairs:
                interval = _interval(pairs, measure, seed)
                found.append(
                    Ratio(measure.key, first, second, interval, _verdict(interval, measure))
                )
    return found


def inverse(ratio: Interval) -> Interval:
    """Of the same two systems the other way round."""
    return replace(ratio, estimate=1 / ratio.estimate, low=1 / ratio.high, high=1 / ratio.low)


def _pairs(
    first: Sequence[JudgedClip], second: Sequence[JudgedClip], key: str
) -> list[tuple[JudgedClip, JudgedClip]]:
    theirs = {clip.number: clip for clip in first if clip.values.get(key, 0) > 0}
    return [
        (theirs[clip.number], clip)
        for clip in second
        if clip.number in theirs and clip.values.get(key, 0) > 0
    ]


def _interval(
    pairs: Sequence[tuple[JudgedClip, JudgedClip]], measure: Measure, seed: int
) -> Interval:
    """Each system's mean is weighted by its own clips, as in its figures."""
    sides = []
    for clips in zip(*pairs, strict=True):
        weights = np.array(
            [clip.weights[measure.weight] if measure.weight else 1 for clip in clips]
        )
        sides += [weights * np.array([clip.values[measure.key] for clip in clips]), weights]
    return resampled(sides, _ratio, seed=seed)


def _ratio(
    first: Floats, first_weights: Floats, second: Floats, second_weights: Floats, axis: int = -1
) -> Floats:
    ours = first.sum(axis) / first_weights.sum(axis)
    return np.asarray(ours / (second.sum(axis) / second_weights.sum(axis)))


def _verdict(ratio: Interval, measure: Measure) -> str:
    """One is where two do not differ; a large ratio is a low value of `second`."""
    less_one = Interval(1 - ratio.estimate, 1 - ratio.high, 1 - ratio.low, ratio.count)
    return verdict(less_one, measure)
