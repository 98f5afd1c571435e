"""The figures as bars, one panel a column of the table."""

import io
from collections.abc import Sequence

from eval.bench.figures import Bench


def draw(bench: Bench) -> bytes:
    """A PNG; contestants without figures are left out."""
    from matplotlib.figure import Figure

    rows = [row for row in bench.rows if row.missing is None]
    panels: dict[str, Sequence[float | None]] = {
        "seconds of speech made in a second": [row.speed for row in rows],
        "seconds to the first sound": [row.first_s for row in rows],
        "peak memory, MB": [row.peak_bytes and row.peak_bytes / 1e6 for row in rows],
    }
    figure = Figure(figsize=(14, 1.2 + 0.32 * len(rows)), layout="constrained")
    figure.suptitle(bench.title, fontsize=10)
    for axes, (title, values) in zip(
        figure.subplots(1, len(panels), sharey=True, squeeze=False)[0], panels.items(), strict=True
    ):
        bars = axes.barh([row.name for row in rows], [value or 0 for value in values])
        axes.bar_label(bars, [f"{value:.3g}" if value else "" for value in values], padding=3)
        axes.set(title=title, xscale="log")
        axes.margins(x=0.2)
        axes.spines[["top", "right"]].set_visible(False)
    axes.invert_yaxis()  # of all panels: the first row on top
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=100, metadata={"Software": None})
    return picture.getvalue()
