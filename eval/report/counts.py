"""How figures are written: percentages with intervals, or counts where sentences are few."""

from collections.abc import Sequence

from eval.metrics.bootstrap import Interval
from eval.metrics.measures import FAULTS, Measure
from eval.report.figures import ENOUGH
from eval.report.results import JudgedClip

LEAST_OF_FOUR_DIGITS = 999.5
"""once it is rounded"""


def figure(
    clips: Sequence[JudgedClip], interval: Interval | None, measure: Measure
) -> tuple[str, str]:
    """A mean and its interval, or "3 of 41" and what they are; dashes where nothing was measured."""
    if interval is None:
        return "–", ""
    if interval.count >= ENOUGH:
        return scaled(interval.estimate, measure), span(interval, measure)
    if measure.unit != "%":
        return scaled(interval.estimate, measure), of_sentences(interval.count)
    known = [clip for clip in clips if measure.key in clip.values]
    if measure.weight is not None:
        sizes = [clip.weights[measure.weight] for clip in known]
        part = sum(clip.values[measure.key] * n for clip, n in zip(known, sizes, strict=True))
        return f"{part:.0f} of {sum(sizes):.0f}", measure.weight.removeprefix("second_")
    if measure.key in FAULTS:
        return f"{sum(clip.values[measure.key] for clip in known):.0f} of {len(known)}", "clips"
    return "–", "too few"


def share(part: int, whole: int) -> str:
    """ "1 of 2", and from `ENOUGH` on a percentage."""
    if not whole:
        return "–"
    return f"{part} of {whole}" if whole < ENOUGH else f"{100 * part / whole:.1f} %"


def of_sentences(count: int) -> str:
    return f"of {count} sentence{'' if count == 1 else 's'}"


def scaled(value: float | None, measure: Measure) -> str:
    return "–" if value is None else f"{measure.scale * value:.{measure.digits}f}"


def span(interval: Interval, measure: Measure, signed: bool = False) -> str:
    """The interval alone: "0.6 to 2.0"."""
    sign = "+" if signed else ""
    low, high = (
        f"{measure.scale * v:{sign}.{measure.digits}f}" for v in (interval.low, interval.high)
    )
    return f"{low} to {high}"


def size(number: float | None) -> str:
    """Bytes or parameters with a letter for thousands: 9.1 M."""
    if number is None:
        return "–"
    for unit in ("", "k", "M"):
        if abs(number) < LEAST_OF_FOUR_DIGITS:
            return f"{number:.3g} {unit}".rstrip()
        number /= 1000
    return f"{number:.3g} G" if abs(number) < LEAST_OF_FOUR_DIGITS else f"{number:.0f} G"
