"""Reports of made-up clips, whose figures, differences and sentences are the report's own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from eval.metrics.measures import measures
from eval.report.config import ReportConfig
from eval.report.document import SCHEMA, VERSION, Report
from eval.report.figures import differences, figures_of
from eval.report.headline import headlines
from eval.report.marked_words import aligned_words
from eval.report.notes import notes
from eval.report.ratios import ratios
from eval.report.results import JudgedClip, SystemResult, TestSetSummary
from speech.config import load_config
from tests.eval.fake_judges import FakeJudges

SCALES = measures(FakeJudges())  # type: ignore[arg-type]
TEXT = "the boat went down the river past our old mill"


def made_clip(number: int, heard: str = TEXT, text: str = TEXT, **values: float) -> JudgedClip:
    alignment = aligned_words(text, heard, "en")
    wrong = sum(
        max(len(run.expected.split()), len(run.heard.split()))
        for run in alignment
        if run.change != "equal"
    )
    words = len(text.split())
    return JudgedClip(
        number,
        f"id-{number}",
        text,
        "ann",
        f"audio/{number:05d}.flac",
        heard,
        2.0,
        {"words": words, "characters": len(text), "duration_s": 2.0},
        {"wer": wrong / words, **values},
        alignment=alignment,
    )


def made_system(name: str, clips: Sequence[JudgedClip], kind: str = "student") -> SystemResult:
    figures = figures_of(clips, SCALES, 0)
    return SystemResult(name, f"{kind}:{name}", kind, "1", None, None, None, 0, figures, clips)


def made_report(systems: Sequence[SystemResult], **changes: object) -> Report:
    """The first system is the baseline."""
    clips = {system.name: system.clips for system in systems if system.clips}
    pairs, quotients = differences(clips, SCALES, 0), ratios(clips, SCALES, 0)
    baseline = systems[0].name
    testset = TestSetSummary("lines.txt", max(len(found) for found in clips.values()), {})
    report = Report(
        schema=SCHEMA,
        version=VERSION,
        created="2026-01-01T00:00:00+00:00",
        command="python -m eval.report",
        device="a processor, 1 thread",
        threads=1,
        software={},
        judges={},
        config={"seed": 0},
        testset=testset,
        measures=SCALES,
        baseline=baseline,
        systems=systems,
        differences=pairs,
        dataset=None,
        gate=[],
        notes=[note.text for note in notes(testset, systems, baseline, False)],
        headlines=headlines(systems, baseline, pairs, quotients, SCALES),
        ratios=quotients,
    )
    return replace(report, **changes)  # type: ignore[arg-type]


def page_config(output: object, **values: object) -> ReportConfig:
    overrides: Mapping[str, object] = {"output": output, "systems": "[audio:x]", **values}
    return load_config(ReportConfig, "eval", [f"{key}={value}" for key, value in overrides.items()])
