"""The course of a training as a picture."""

import io
import math
from collections.abc import Mapping, Sequence

SMOOTHING = 0.9
COLUMNS = 4
HELD_OUT = "evaluation/"
"""what the names of an evaluation's numbers begin with in a history"""

Point = dict[str, float | None]
"""a step and its numbers; None where one was not finite, since JSON has no NaN"""


def finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def draw_curve(history: Sequence[Mapping[str, float | None]], title: str) -> bytes:
    """A PNG with a panel for each loss over steps: points as logged, their running mean, and the
    loss on held-out clips where the evaluation has it."""
    from matplotlib.figure import Figure

    keys = [key for key in dict.fromkeys(k for p in history for k in p) if _is_loss(key)]
    columns = min(COLUMNS, max(1, len(keys)))
    rows = max(1, -(-len(keys) // columns))
    figure = Figure(figsize=(4.2 * columns, 3.2 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels[len(keys) :]:
        axes.set_axis_off()
    for key, axes in zip(keys, panels, strict=False):
        steps, values = _series(history, key)
        axes.plot(steps, values, color="#9ab", linewidth=0.6)
        axes.plot(steps, _smoothed(values), color="#036", linewidth=1.4, label="training")
        held_steps, held_values = _series(history, HELD_OUT + key)
        if held_steps:
            axes.plot(held_steps, held_values, "o-", color="#c40", markersize=3, label="held out")
        axes.set(title=key, xlabel="step")
        axes.grid(alpha=0.3)
        axes.legend()
    figure.suptitle(title)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": None})
    return picture.getvalue()


def _is_loss(key: str) -> bool:
    return key != "step" and "/" not in key


def _series(
    history: Sequence[Mapping[str, float | None]], key: str
) -> tuple[list[float], list[float]]:
    steps, values = [], []
    for point in history:
        step, value = point["step"], point.get(key)
        if step is not None and value is not None:
            steps.append(step)
            values.append(value)
    return steps, values


def _smoothed(values: Sequence[float]) -> list[float]:
    """The running mean, of few values at first."""
    smooth: list[float] = []
    for count, value in enumerate(values):
        kept = min(SMOOTHING, count / (count + 1))
        smooth.append(kept * smooth[-1] + (1 - kept) * value if smooth else value)
    return smooth
