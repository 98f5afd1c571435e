"""What the differences between systems say, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.measures import Measure, by_key
from eval.report.document import Report
from eval.report.figures import Difference


@dataclass(frozen=True)
class Verdict:
    """Of `second` against `first`: titles of measures, with the difference where there is one."""

    first: str
    second: str
    sentences: int
    better: Sequence[str]
    worse: Sequence[str]
    different: Sequence[str]
    undecided: Sequence[str]
    too_few: Sequence[str]


def verdicts(report: Report) -> list[Verdict]:
    """One for each pair of systems, in the order of the tables."""
    scales = by_key(report.measures)
    pairs = dict.fromkeys((d.first, d.second) for d in report.differences)
    return [_verdict(report.differences, first, second, scales) for first, second in pairs]


def _verdict(
    found: Sequence[Difference], first: str, second: str, scales: dict[str, Measure]
) -> Verdict:
    mine = [d for d in found if (d.first, d.second) == (first, second)]

    def named(verdict: str, with_number: bool = True) -> list[str]:
        return [
            difference_text(d, scales[d.measure]) if with_number else scales[d.measure].title
            for d in mine
            if d.verdict == verdict
        ]

    return Verdict(
        first=first,
        second=second,
        sentences=max(d.interval.count for d in mine),
        better=named("better"),
        worse=named("worse"),
        different=named("different"),
        undecided=named("no difference found", with_number=False),
        too_few=named("too few sentences", with_number=False),
    )


def difference_text(difference: Difference, measure: Measure) -> str:
    """ "WER -1.2 % (-2.0 to -0.4)"."""
    estimate, low, high = (
        f"{measure.scale * value:+.{measure.digits}f}"
        for value in (
            difference.interval.estimate,
            difference.interval.low,
            difference.interval.high,
        )
    )
    unit = {"%": " points", "": ""}.get(measure.unit, f" {measure.unit}")
    return f"{measure.title} {estimate}{unit} ({low} to {high})"
