"""Plots as inline SVG without colours of their own: the page's style gives them, light and dark."""

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from eval.dataset.distributions import Distribution
from eval.metrics.bootstrap import Interval
from eval.metrics.measures import Measure

WIDTH = 320
ROW = 26
LABEL_CHARS = 24
TICK_HALF = 16
"""half of the width of a number at an axis"""


def intervals_plot(
    intervals: Mapping[str, Interval], measure: Measure, colours: Mapping[str, int]
) -> Markup:
    """A dot and its interval for each system in its colour, under the measure's own scale."""
    values = [
        measure.scale * value
        for interval in intervals.values()
        for value in (interval.low, interval.estimate, interval.high)
    ]
    low, high, ticks = axis(min(values), max(values))
    height, parts = 20 + ROW * 2 * len(intervals), []
    for tick in ticks:
        x = _place(tick, low, high)
        parts.append(_line("grid", x, 4, x, height - 16))
        inside = min(max(x, TICK_HALF), WIDTH - TICK_HALF)
        parts.append(_text("tick", inside, height - 3, f"{tick:g}", "middle"))
    for number, (name, interval) in enumerate(intervals.items()):
        y = 14 + ROW * 2 * number
        left, dot, right = (
            _place(measure.scale * value, low, high)
            for value in (interval.low, interval.estimate, interval.high)
        )
        parts.append(_text("label", 4, y, short(name), "start"))
        value = f"{measure.scale * interval.estimate:.{measure.digits}f}"
        parts.append(_text("label", WIDTH - 4, y, value, "end"))
        parts.append(_line(f"whisker s{colours[name]}", left, y + 14, right, y + 14))
        parts.append(
            Markup('<circle class="dot s{}" cx="{:.1f}" cy="{}" r="5"/>').format(
                colours[name], dot, y + 14
            )
        )
    title = f"{measure.title} {measure.unit}: " + ", ".join(
        f"{name} {measure.scale * i.estimate:.{measure.digits}f}" for name, i in intervals.items()
    )
    return _svg(height, title, parts)


def histogram(spread: Distribution, title: str) -> Markup:
    """Bars between the distribution's edges, the median marked."""
    height, base, most = 130, 108, max(spread.counts)
    low, high = spread.edges[0], spread.edges[-1]
    parts = []
    for left, right, count in zip(spread.edges, spread.edges[1:], spread.counts, strict=False):
        x, end = _place(left, low, high), _place(right, low, high)
        tall = 94 * count / most
        parts.append(
            Markup(
                '<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
            ).format(x, base - tall, max(0.5, end - x - 1), tall)
        )
    parts.append(_line("axis", 8, base, WIDTH - 8, base))
    middle = _place(spread.quantiles["0.5"], low, high)
    parts.append(_line("median", middle, 8, middle, base))
    for value, x, anchor in ((low, 8, "start"), (high, WIDTH - 8, "end")):
        parts.append(_text("tick", x, 122, f"{value:.3g}", anchor))
    median = f"median {spread.quantiles['0.5']:.3g}"
    parts.append(_text("tick", min(max(middle, 60), WIDTH - 60), 122, median, "middle"))
    return _svg(height, f"{title}: {median}, {spread.count} clips", parts)


def bars(values: Mapping[str, float], title: str, digits: int = 2) -> Markup:
    """A horizontal bar for each name."""
    most, parts = max(values.values(), default=0) or 1, []
    for number, (name, value) in enumerate(values.items()):
        y = 18 * number
        width = 130 * value / most
        parts.append(_text("label", 124, y + 13, short(name, 18), "end"))
        parts.append(
            Markup('<rect class="bar" x="130" y="{}" width="{:.1f}" height="12"/>').format(
                y + 3, width
            )
        )
        parts.append(_text("tick", 136 + width, y + 13, f"{value:.{digits}f}", "start"))
    return _svg(18 * len(values) + 4, title, parts)


def axis(low: float, high: float) -> tuple[float, float, Sequence[float]]:
    """Bounds that hold both values with some room, and three to six round ticks between them."""
    span = (high - low) or abs(high) or 1.0
    start, end = low - 0.08 * span, high + 0.08 * span
    if low >= 0:
        start = max(0.0, start)
    rough = (end - start) / 4
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(magnitude * m for m in (1, 2, 5, 10) if magnitude * m >= rough)
    first = math.ceil(start / step)
    ticks = [round(step * k, 10) for k in range(first, math.floor(end / step) + 1)]
    return start, end, ticks


def short(text: str, chars: int = LABEL_CHARS) -> str:
    return text if len(text) <= chars else text[: chars - 1] + "…"


def _place(value: float, low: float, high: float) -> float:
    return 8 + (WIDTH - 16) * (value - low) / (high - low)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        kind, x1, y1, x2, y2
    )


def _text(kind: str, x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, text
    )


def _svg(height: float, title: str, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, escape(title), Markup("").join(parts)
    )
