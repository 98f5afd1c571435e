"""The report on the terminal: headlines, figures, verdicts, flags and the gate."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from eval.dataset.statistics import DatasetStudy
from eval.metrics.measures import SHARE, Measure, by_key, rated
from eval.report.counts import figure
from eval.report.document import Report
from eval.report.figures import ENOUGH, shown
from eval.report.kinds import BEFORE, BEHIND, TITLES
from eval.report.results import KindResult, SystemResult
from eval.report.takes import plain
from eval.report.verdicts import Verdict, verdicts

SHOWN = (
    ("wer", "second_wer", "similarity"),
    (
        *("pitch_spread", "duration_spread", "f0_correlation", "mcd_db"),
        *("real_time_factor", "first_audio_s"),
    ),
)
"""before and behind the MOS judges"""
FAULTS = ("repetition", "early_stop")


def print_summary(report: Report, console: Console) -> None:
    scales = by_key(report.measures)
    for head in report.headlines:
        console.print(plain(head.text), highlight=False)
    if report.systems:
        console.print(_figures(report))
    for system in report.systems:
        if "fault" in system.figures and system.figures["fault"].estimate > 0:
            faults = (f"{scales[k].title} {_told(system, scales[k], ' %')}" for k in FAULTS)
            console.print(plain(f"{system.name}: {', '.join(faults)}"), highlight=False)
    for verdict in verdicts(report):
        console.print(plain(_verdict_line(verdict)), highlight=False)
    if report.dataset is not None:
        _print_dataset(report.dataset, console)
    for note in report.notes:
        console.print(f"note: {plain(note)}", highlight=False)
    for check in report.gate:
        measured = "not measured" if check.measured is None else f"{check.measured:.4g}"
        word = "kept" if check.passed else "NOT KEPT"
        line = f"{check.limit}={check.allowed:g} {word}: {check.subject} {measured}"
        console.print(plain(line), highlight=False)


def _figures(report: Report) -> Table:
    """A column for each system, which is what fits a terminal: measures, then each kind of line."""
    scales = by_key(report.measures)
    table = Table("", *(plain(system.name) for system in report.systems))
    before, behind = SHOWN
    for key in (*before, *rated(report.measures), *behind):
        if key in scales:
            _add(table, scales[key], report.systems)
    for kind in dict.fromkeys(kind for system in report.systems for kind in system.kinds):
        table.add_section()
        table.add_row(TITLES[kind])
        for key in (*BEFORE, *rated(report.measures), *BEHIND):
            found = [system.kinds.get(kind) for system in report.systems]
            if key in scales:
                _add(table, scales[key], found)
    return table


def _add(
    table: Table, measure: Measure, results: Sequence[SystemResult | KindResult | None]
) -> None:
    title = f"{measure.title} {measure.unit}".strip()
    table.add_row(title, *(_told(result, measure) for result in results))


def _told(result: SystemResult | KindResult | None, measure: Measure, unit: str = "") -> str:
    """As on the page: of few sentences a count, or a mean without its interval."""
    interval = result.figures.get(measure.key) if result else None
    if result is None or interval is None or interval.count >= ENOUGH:
        return shown(interval, measure) + unit
    value, whole = figure(result.clips, interval, measure)
    return f"{value} {whole}" if measure.unit == "%" else value


def _verdict_line(verdict: Verdict) -> str:
    said = [f"better: {', '.join(verdict.better)}"] if verdict.better else []
    said += [f"worse: {', '.join(verdict.worse)}"] if verdict.worse else []
    said += [f"different: {', '.join(verdict.different)}"] if verdict.different else []
    nothing = "no difference found" if verdict.undecided else "too few sentences for a verdict"
    return f"{verdict.second} against {verdict.first}: {'; '.join(said) or nothing}"


def _print_dataset(study: DatasetStudy, console: Console) -> None:
    if study.error is not None:
        console.print(plain(f"{study.location}: {study.error}"), highlight=False)
        return
    if study.watermark is not None:
        told = (f"{what} {shown(figure, SHARE)} %" for what, figure in study.watermark.figures)
        console.print(plain(f"{study.watermark.name}: {', '.join(told)}"), highlight=False)
    if study.mos_yields:
        left = (f"{one.mos_min:g}: {one.kept}" for one in study.mos_yields)
        total = study.mos_yields[0].passed_the_rest
        console.print(f"gate.mos_min would leave, of {total} clips: {', '.join(left)}")
    found = ", ".join(f"{count} {defect}" for defect, count in study.flags.items() if count)
    console.print(
        plain(
            f"{study.location}: {study.accepted} of {study.accepted + study.rejected} rows accepted, "
            f"{study.hours:.2f} h, {len(study.voices)} voices; "
            f"heard {study.sampling}: {found or 'nothing flagged'}"
        ),
        highlight=False,
    )
