"""The table that closes a run."""

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
        spent = ", ".join(
            f"{stage} {summary.stats[f'{stage}_s']:.1f}"
            for stage in STAGES
            if summary.stats.get(f"{stage}_s", 0) >= 0.05
        )
        console.print(f"{wall_s:.0f} s, {audio_s / wall_s:.1f} times real time")
        console.print(f"seconds of all workers: {spent}")
