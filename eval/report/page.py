"""report.html: one file that needs no network, and runs no script but its own."""

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from eval.dataset.examples import CHOICES
from eval.dataset.flags import DEFECTS
from eval.dataset.statistics import DatasetStudy
from eval.metrics.bootstrap import Interval
from eval.metrics.measures import SHARE, Measure, by_key, rated
from eval.report import plots
from eval.report.config import ReportConfig
from eval.report.document import Report
from eval.report.results import JudgedClip, SystemResult
from eval.report.sample_table import choose_rows, spectrogram_of
from eval.report.verdicts import verdicts
from speech import storage

VOICE = "Voice and quality"
TABLES = {
    "Words": (
        *("wer", "sentence_wer", "cer", "sentence_cer"),
        *("insertions", "deletions", "repetitions"),
    ),
    "Faults": ("repetition", "early_stop", "fault", "nothing_right"),
    VOICE: ("similarity", "other_similarity"),
    "Prosody": ("mcd_db", "f0_rmse_hz", "f0_correlation", "rate"),
    "Cost": ("real_time_factor", "first_audio_s"),
}
"""keys of measures; those of MOS judges stand with the voice"""
PLOTTED = ("wer", "cer", "similarity"), ("mcd_db", "f0_correlation", "real_time_factor")
"""before and behind those of MOS judges"""
HISTOGRAMS = {
    "duration_s": "duration, s",
    "wer": "WER",
    "cer": "CER",
    "similarity": "similarity to the reference",
    "mos": "MOS",
    "speaking_rate": "characters a second",
}
CLIP_ROWS = 300
"""of the table of all clips; the rest is in report.json"""
VOICES_SHOWN, TEXT_CHARS = 40, 600


def write_page(report: Report, config: ReportConfig) -> str:
    """Where it was written."""
    path = storage.join(config.output, f"{config.name}.html")
    storage.write_bytes(path, render(report, config).encode("utf-8", "backslashreplace"))
    return path


def render(report: Report, config: ReportConfig) -> str:
    style, script = _asset("style.css"), _asset("script.js")
    template = _environment().from_string(_asset("page.html.j2"))
    scales = by_key(report.measures)
    return template.render(
        report=report,
        document=f"{config.name}.json",
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
        tables=_tables(report.measures),
        plots=_interval_plots(report, scales),
        scales=scales,
        raters=rated(report.measures),
        share=SHARE,
        verdicts=verdicts(report),
        rows=choose_rows(report.systems, config.play, config.seed, config.output),
        sentences=report.testset.sentences if report.testset else 0,
        clips=_worst_clips(report.systems),
        clip_count=sum(len(system.clips) for system in report.systems),
        dataset=_dataset(report.dataset, config) if report.dataset else None,
        defects=DEFECTS,
        passed=all(check.passed for check in report.gate),
        configuration=json.dumps(report.config, indent=2, ensure_ascii=False),
    )


def policy(style: str, script: str) -> str:
    """The content security policy: nothing is loaded but audio beside the page and inner pictures."""
    hashes = [
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        for part in (style, script)
    ]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return resources.files("eval.report").joinpath("template", name).read_text("utf-8")


def _environment() -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "visible": visible,
        "scaled": scaled,
        "span": span,
        "size": size,
        "count": lambda number: f"{number:,}".replace(",", "\u202f"),
    }
    return environment


def visible(text: object) -> str:
    """Control characters as pictures of them, and no more than a paragraph."""
    shown = "".join(chr(0x2400 + ord(c)) if ord(c) < 32 else c for c in str(text))
    return shown if len(shown) <= TEXT_CHARS else shown[:TEXT_CHARS] + "…"


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
    for unit in ("", "k", "M", "G"):
        if abs(number) < 1000 or unit == "G":
            return f"{number:.3g} {unit}".rstrip()
        number /= 1000
    raise AssertionError


def _tables(measures: Sequence[Measure]) -> dict[str, list[Measure]]:
    """Measures by the title of their table."""
    known = by_key(measures)
    keys = {**TABLES, VOICE: (*TABLES[VOICE], *rated(measures))}
    return {title: [known[key] for key in members] for title, members in keys.items()}


def _interval_plots(report: Report, scales: dict[str, Measure]) -> list[tuple[Measure, Markup]]:
    found = []
    before, behind = PLOTTED
    for key in (*before, *rated(report.measures), *behind):
        intervals = {
            system.name: system.figures[key] for system in report.systems if key in system.figures
        }
        if intervals and key in scales:
            found.append((scales[key], plots.intervals_plot(intervals, scales[key])))
    return found


def _worst_clips(systems: Sequence[SystemResult]) -> list[tuple[str, JudgedClip]]:
    pairs = [(system.name, clip) for system in systems for clip in system.clips]
    pairs.sort(key=lambda pair: -pair[1].values.get("wer", float("inf")))
    return pairs[:CLIP_ROWS]


def _dataset(study: DatasetStudy, config: ReportConfig) -> dict[str, Any]:
    """Plots and groups that the dataset's part of the page shows."""
    histograms = [
        (title, study.distributions[name], plots.histogram(study.distributions[name], title))
        for name, title in HISTOGRAMS.items()
        if name in study.distributions
    ]
    hours = {name: share.hours for name, share in list(study.voices.items())[:VOICES_SHOWN]}
    unit = 60 if sum(hours.values()) < 2 else 1
    scaled_hours = {name: unit * value for name, value in hours.items()}
    title = "minutes by voice" if unit == 60 else "hours by voice"
    pictures = {e.audio: spectrogram_of(e.audio, config.output) for e in study.exhibits}
    groups = {
        name: [exhibit for exhibit in study.exhibits if name in exhibit.groups]
        for name in (*DEFECTS, *CHOICES)
    }
    return {
        "histograms": histograms,
        "voices": plots.bars(scaled_hours, title, 1) if hours else None,
        "voices_title": title,
        "reasons": plots.bars(study.reasons, "rejected rows by reason", 0)
        if study.reasons
        else None,
        "groups": {name: members for name, members in groups.items() if members},
        "pictures": pictures,
    }
