"""The table that closes a run."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from pipelines.config import SynthConfig
from speech.dataset.markers import Summary

STAGES = ("plan", "teacher", "vocoder", "asr", "similarity", "mos", "write")


def print_summary(
    summary: Summary, config: SynthConfig, wall_s: float | None, console: Console
) -> None:
    """Yield by voice and by reason, hours, and speed where this run did the work."""
    voices = Table("voice", "accepted", "rejected", "minutes", title="clips by voice")
    for voice, part in summary.voices.items():
        minutes = f"{part.audio_s / 60:.1f}"
        voices.add_row(voice, str(part.accepted), str(part.rejected), minutes)
    console.print(voices)
    if summary.reasons:
        reasons = Table("reason", "rows", title="rejected rows")
        for reason, count in summary.reasons.items():
            reasons.add_row(reason, str(count))
        console.print(reasons)
    audio_s = summary.total.audio_s
    console.print(
        f"{summary.total.accepted} of {summary.rows} rows accepted ({summary.accepted_share:.1%}), "
        f"{audio_s / 60:.1f} minutes of speech in {config.output}"
    )
    if not summary.total.accepted:
        console.print(
            f"no clip passed: {config.output}/rejected/ has each row with its reason, "
            "docs/rejections.md what the reasons mean",
            style="yellow",
            soft_wrap=True,
        )
    if wall_s is not None:
        console.print(f"{wall_s:.0f} s, {audio_s / wall_s:.1f} times real time")
        console.print(shares(summary.stats))


def shares(stats: Mapping[str, float]) -> str:
    """What the workers' time went into, but for stages of less than a hundredth."""
    spent = {stage: stats.get(f"{stage}_s", 0.0) for stage in STAGES}
    total = sum(spent.values())
    parts = [f"{stage} {s / total:.0%}" for stage, s in spent.items() if s >= 0.01 * total > 0]
    return f"{total:,.0f} worker-seconds: {', '.join(parts) or 'nothing was spoken'}"
