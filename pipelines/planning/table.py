"""The plan for people, in 80 columns, and for programs."""

from dataclasses import asdict
from typing import Any

from rich.table import Table

from pipelines.planning.estimate import Estimate
from pipelines.planning.intervals import Interval
from pipelines.planning.machines import THIS_MACHINE, ProfileCost
from speech.storage import is_gcs

WIDTH = 80


def as_json(found: Estimate) -> dict[str, Any]:
    """Every figure, with units in the names; `interval_95` has where those of a sample may lie."""
    heard, units, sample = found.heard, found.units, found.sample
    here = next((cost for cost in found.profiles if cost.profile == THIS_MACHINE), None)
    intervals = {
        "lines": found.lines,
        "utterances": found.utterances,
        "audio_h": found.audio_h,
        "storage_gb": found.storage_gb,
    }
    pilot = heard.pilot
    return {
        "sampled_lines": sample.size,
        "is_whole_corpus": sample.is_whole,
        "sampled_from_beginning": list(sample.begun),
        "lines": round(found.lines.value),
        "utterances": round(found.utterances.value),
        "rejected": found.rejected,
        "rejected_share": {name: asdict(share) for name, share in found.rejected_share.items()},
        "shards": units.shards,
        "units": units.units,
        "batches": units.batches.count,
        "padding_efficiency": units.batches.padding_efficiency,
        "audio_h": found.audio_h.value,
        "spoken_h": found.spoken_h,
        "pilot": {**asdict(pilot), "accepted_share": asdict(pilot.accepted_share)}
        if pilot
        else None,
        "storage_gb": found.storage_gb.value,
        "interval_95": {name: [figure.low, figure.high] for name, figure in intervals.items()},
        "requests": asdict(found.requests),
        "storage_cost": asdict(found.storage_cost),
        "device": heard.device,
        "times_real_time": heard.times_real_time,
        "expected_h": here.device_h if here else None,
        "profiles": [asdict(cost) for cost in found.profiles],
        "prices": found.prices,
        "voices": {name: asdict(scores) for name, scores in heard.voices.items()},
        "teacher_license": found.teacher_license,
        "warnings": found.warnings,
    }


def run_table(found: Estimate) -> Table:
    """What the run is, what it makes and where it goes."""
    table = _table("make plan", "of this run", "planned")
    heard, units, storage = found.heard, found.units, found.storage_cost
    here = next((cost for cost in found.profiles if cost.profile == THIS_MACHINE), None)
    rejected = "\n".join(
        f"{count:,} {reason}{_share(found.rejected_share[reason])}"
        for reason, count in found.rejected.items()
    )
    pilot = heard.pilot
    for name, shown in {
        "sample": _sample(found),
        "lines": _count(found.lines),
        "utterances": _count(found.utterances),
        "rejected before the teacher": rejected or "none",
        "shards, units, batches": f"{units.shards:,}, {units.units:,}, {units.batches.count:,}",
        "padding efficiency": f"{units.batches.padding_efficiency:.3f}",
        "audio": _hours(found.audio_h),
        "yield of the pilot": _yield(found) if pilot else "",
        "storage": f"{_number(found.storage_gb.value)} GB{_range(found.storage_gb)}",
        "storage requests": _requests(found) if is_gcs(found.output) else "",
        "storage cost": _storage_cost(found) if is_gcs(found.output) else "",
        "downloading it once": _usd(storage.download_usd) if is_gcs(found.output) else "",
        "new voices": "\n".join(f"{name}: {scores}" for name, scores in heard.voices.items()),
        "teacher's licence": found.teacher_license,
        "device": heard.device or "unknown",
        "speed": f"{heard.times_real_time:.1f} times real time"
        if heard.times_real_time
        else "unknown",
        "expected time": time(here.device_h) if here else "",
    }.items():
        if shown:
            table.add_row(name, shown)
    return table


def cost_table(found: Estimate, workers: int) -> Table:
    """What the speaking costs on each profile."""
    table = _table(f"speaking, by {workers:,} worker{'s' * (workers > 1)}")
    table.add_column("profile", no_wrap=True)
    for column in ("speed", "device time", "wall time", "$ an hour", "cost"):
        table.add_column(column, justify="right")
    for cost in found.profiles:
        table.add_row(
            cost.profile,
            _speed(cost),
            time(cost.device_h),
            time(cost.wall_h),
            f"{cost.usd_an_hour:.2f}",
            "unknown" if cost.usd is None else _usd(cost.usd),
        )
    return table


def time(hours: float | None) -> str:
    if hours is None:
        return "unknown"
    return f"{hours:,.1f} h" if hours >= 1 else f"{hours * 60:.1f} min"


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, width=WIDTH)


def _sample(found: Estimate) -> str:
    sample = found.sample
    if sample.is_whole:
        return "every line"
    told = f"{sample.size:,} lines; in brackets, what holds with 95 %"
    if sample.begun:
        others = f" and {len(sample.begun) - 1} more" if len(sample.begun) > 1 else ""
        told += f"\nonly the beginning of {sample.begun[0]}{others}: what follows may differ"
    return told


def _requests(found: Estimate) -> str:
    of_class = f"{found.requests.class_a:,} class A, {found.requests.class_b:,} class B"
    return f"{of_class}: {_usd(found.storage_cost.requests_usd)}"


def _storage_cost(found: Estimate) -> str:
    cost = found.storage_cost
    told = f"{_usd(cost.month_usd)} a month, {_usd(cost.soft_delete_usd)} for soft delete"
    return f"{told}, {_usd(cost.replication_usd)} replication" if cost.replication_usd else told


def _yield(found: Estimate) -> str:
    pilot = found.heard.pilot
    assert pilot
    share = pilot.accepted_share
    reasons = ", ".join(f"{count} {reason}" for reason, count in pilot.reasons.items())
    told = f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%}) of {pilot.utterances}"
    told += f", {pilot.tries_an_utterance:.2f} tries each"
    return f"{told}\nturned down: {reasons}" if reasons else told


def _speed(cost: ProfileCost) -> str:
    if cost.times_real_time is None:
        return "unknown"
    return f"{cost.times_real_time:,.1f}x\n{cost.basis}"


def _count(figure: Interval) -> str:
    if figure.low == figure.high:
        return f"{round(figure.value):,}"
    return f"{round(figure.value):,} ({round(figure.low):,} to {round(figure.high):,})"


def _hours(figure: Interval) -> str:
    if figure.low == figure.high:
        return time(figure.value)
    return f"{time(figure.value)} ({time(figure.low)} to {time(figure.high)})"


def _share(share: Interval) -> str:
    if share.low == share.high:
        return ""
    return f": {share.value:.2%} ({share.low:.2%} to {share.high:.2%})"


def _range(figure: Interval) -> str:
    return (
        "" if figure.low == figure.high else f" ({_number(figure.low)} to {_number(figure.high)})"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3f}"


def _usd(value: float) -> str:
    return f"${value:,.0f}" if value >= 100 else f"${value:,.2f}"
