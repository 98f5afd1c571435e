"""report.html: one file that needs no network, and runs no script but its own."""

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.dataset.flags import DEFECTS
from eval.metrics.measures import SHARE, Measure, by_key, rated
from eval.report import counts, plots
from eval.report.colours import colours
from eval.report.config import ReportConfig
from eval.report.dataset_part import dataset_part
from eval.report.document import Report
from eval.report.figures import ENOUGH
from eval.report.filters import flags_of, picks
from eval.report.footnotes import footnotes
from eval.report.kinds import BEFORE, BEHIND, kind_rows
from eval.report.results import JudgedClip, SystemResult
from eval.report.sample_table import choose_rows
from eval.report.tiles import tiles
from eval.report.verdicts import verdicts
from speech import storage

MAIN = ("wer", "second_wer", "fault", "similarity"), ("real_time_factor", "first_audio_s")
"""keys of the measures that are not folded away, before and behind those of MOS judges"""
MINOR = {
    "Words": ("sentence_wer", "cer", "sentence_cer", "insertions", "deletions", "repetitions"),
    "Faults": ("repetition", "early_stop", "nothing_right"),
    "Prosody": ("pitch_spread", "duration_spread", "rate_spread", "rate", "f0_correlation"),
    "Voice, and distance to the teacher": ("other_similarity", "mcd_db", "f0_rmse_hz"),
}
PLOTTED = ("wer", "similarity"), ("real_time_factor",)
SCRIPTS = ("logic", "sort", "filter", "player", "blind", "blind_dialog", "links")
"""in the order in which they run; each may use those before it"""
CLIP_ROWS = 300
"""of the table of all clips; the rest is in report.json"""
TEXT_CHARS = 600


def write_page(report: Report, config: ReportConfig) -> str:
    """Where it was written."""
    path = storage.join(config.output, f"{config.name}.html")
    storage.write_bytes(path, render(report, config).encode("utf-8", "backslashreplace"))
    return path


def render(report: Report, config: ReportConfig) -> str:
    style, script = asset("style.css"), script_text()
    scales, hues = by_key(report.measures), colours(report.systems)
    rows = choose_rows(report.systems, config.play, config.seed, config.output)
    before, behind = MAIN
    study = report.dataset
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            document=f"{config.name}.json",
            style=Markup(style),
            script=Markup(script),
            policy=policy(style, script),
            main=[
                scales[key] for key in (*before, *rated(report.measures), *behind) if key in scales
            ],
            kinds=kind_rows(report.systems),
            kind_measures=[
                scales[key] for key in (*BEFORE, *rated(report.measures), *BEHIND) if key in scales
            ],
            minor={title: [scales[key] for key in keys] for title, keys in MINOR.items()},
            plots=_interval_plots(report, scales, hues),
            scales=scales,
            raters=rated(report.measures),
            share=SHARE,
            enough=ENOUGH,
            hues=hues,
            flags_of=flags_of,
            picks=picks(report.systems),
            notes=footnotes(report),
            heads=[(head, tiles(head, report.systems, scales)) for head in report.headlines],
            verdicts=verdicts(report),
            rows=rows,
            played={row.number for row in rows},
            sentences=report.testset.sentences if report.testset else 0,
            clips=_worst_clips(report.systems),
            clip_count=sum(len(system.clips) for system in report.systems),
            dataset=dataset_part(study, config.language, config.output) if study else None,
            defects=DEFECTS,
            passed=all(check.passed for check in report.gate),
            configuration=json.dumps(report.config, indent=2, ensure_ascii=False),
        )
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


def script_text() -> str:
    """All scripts in one scope of their own."""
    parts = "\n".join(asset(f"script/{name}.js") for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def asset(name: str) -> str:
    """A file of the template."""
    return resources.files("eval.report").joinpath("template", name).read_text("utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("eval.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "visible": visible,
        "scaled": counts.scaled,
        "span": counts.span,
        "size": counts.size,
        "count": lambda number: f"{number:,}".replace(",", "\u202f"),
    }
    environment.globals |= {"figure": counts.figure, "part_of": counts.share}
    return environment


def visible(text: object) -> str:
    """Control characters as pictures of them, and no more than a paragraph."""
    shown = "".join(chr(0x2400 + ord(c)) if ord(c) < 32 else c for c in str(text))
    return shown if len(shown) <= TEXT_CHARS else shown[:TEXT_CHARS] + "…"


def _interval_plots(
    report: Report, scales: dict[str, Measure], hues: dict[str, int]
) -> list[tuple[Measure, Markup]]:
    found = []
    before, behind = PLOTTED
    for key in (*before, *rated(report.measures), *behind):
        intervals = {
            system.name: system.figures[key]
            for system in report.systems
            if key in system.figures and system.figures[key].count >= ENOUGH
        }
        if intervals and key in scales:
            found.append((scales[key], plots.intervals_plot(intervals, scales[key], hues)))
    return found


def _worst_clips(systems: Sequence[SystemResult]) -> list[tuple[str, JudgedClip]]:
    pairs = [(system.name, clip) for system in systems for clip in system.clips]
    pairs.sort(key=lambda pair: -pair[1].values.get("wer", float("inf")))
    return pairs[:CLIP_ROWS]
