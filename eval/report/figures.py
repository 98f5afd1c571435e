"""From judged clips to each system's figures, and to what can be said of two systems' differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from eval.metrics.bootstrap import Interval, bootstrap_interval, share_interval
from eval.metrics.measures import FAULTS, Measure
from eval.report.results import Figures, JudgedClip

ENOUGH = 20
"""sentences; of fewer nothing is claimed: no verdict, and on the page no interval and no percentage"""


@dataclass(frozen=True)
class Difference:
    """`second` less `first` over the sentences that both said, in the measure's own unit."""

    measure: str
    first: str
    second: str
    interval: Interval
    verdict: str
    """of `second`: better, worse or different where the interval excludes zero, else "no difference
    found", or "too few sentences" to tell"""


def figures_of(clips: Sequence[JudgedClip], measures: Sequence[Measure], seed: int) -> Figures:
    """Means over clips, weighted as each measure says, with 95 % intervals over sentences."""
    found = {}
    for measure in measures:
        kept = [clip for clip in clips if measure.key in clip.values]
        if kept:
            values = [clip.values[measure.key] for clip in kept]
            found[measure.key] = (
                share_interval(values)
                if measure.key in FAULTS
                else bootstrap_interval(values, _weights(kept, measure), seed=seed)
            )
    return found


def differences(
    systems: Mapping[str, Sequence[JudgedClip]], measures: Sequence[Measure], seed: int
) -> list[Difference]:
    """Of every two systems, paired by sentence."""
    found = []
    for first, second in combinations(systems, 2):
        for measure in measures:
            difference = _difference(first, second, systems, measure, seed)
            if difference is not None:
                found.append(difference)
    return found


def _difference(
    first: str,
    second: str,
    systems: Mapping[str, Sequence[JudgedClip]],
    measure: Measure,
    seed: int,
) -> Difference | None:
    """None where they share no sentence that has this value.

    Words and characters are of the text, thus equal in both, so that the weighted mean of the
    sentences' differences is the difference of the rates. Seconds are the first system's.
    """
    theirs = {clip.number: clip for clip in systems[first] if measure.key in clip.values}
    pairs = [
        (theirs[clip.number], clip)
        for clip in systems[second]
        if clip.number in theirs and measure.key in clip.values
    ]
    if not pairs:
        return None
    values = [b.values[measure.key] - a.values[measure.key] for a, b in pairs]
    weights = _weights([a for a, _ in pairs], measure)
    interval = bootstrap_interval(values, weights, seed=seed)
    return Difference(measure.key, first, second, interval, verdict(interval, measure))


def verdict(difference: Interval, measure: Measure) -> str:
    if difference.count < ENOUGH:
        return "too few sentences"
    if difference.low <= 0 <= difference.high:
        return "no difference found"
    if measure.better is None:
        return "different"
    is_better = (difference.estimate < 0) == (measure.better == "lower")
    return "better" if is_better else "worse"


def _weights(clips: Sequence[JudgedClip], measure: Measure) -> list[float] | None:
    return [clip.weights[measure.weight] for clip in clips] if measure.weight else None


def shown(interval: Interval | None, measure: Measure) -> str:
    """ "1.2 (0.6 to 2.0)", in the measure's unit."""
    if interval is None:
        return "not measured"
    mean, low, high = (
        f"{measure.scale * value:.{measure.digits}f}"
        for value in (interval.estimate, interval.low, interval.high)
    )
    return f"{mean} ({low} to {high})"
