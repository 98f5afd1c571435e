"""The report as JSON holds it; scripts may rely on these names for as long as `VERSION` stands."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.dataset.statistics import DatasetStudy
from eval.metrics.measures import Measure
from eval.report.figures import Difference, Figures
from eval.report.gate import Check
from eval.report.judging import JudgedClip
from eval.systems.systems import Size

SCHEMA, VERSION = "tts-distill/report", 1


@dataclass(frozen=True)
class TestSetSummary:
    """What was to be said, and what of the list was left out, by reason."""

    __test__ = False  # pytest takes it for a class of tests

    location: str
    sentences: int
    left_out: Mapping[str, int]
    error: str | None = None


@dataclass(frozen=True)
class SystemResult:
    """One row of the tables; `error` where the system could not be opened."""

    name: str
    specification: str
    kind: str | None
    revision: str
    size: Size | None
    peak_memory_bytes: int | None
    error: str | None
    failed: int
    """sentences without audio"""
    figures: Figures
    clips: Sequence[JudgedClip]


@dataclass(frozen=True)
class Report:
    """report.json; figures are fractions, seconds, Hz, dB and cosines, not percent."""

    schema: str
    version: int
    created: str
    """UTC, ISO 8601"""
    command: str
    device: str
    threads: int
    software: Mapping[str, str | None]
    judges: Mapping[str, str]
    """revisions by name"""
    config: Mapping[str, object]
    testset: TestSetSummary | None
    measures: Sequence[Measure]
    baseline: str | None
    """whose audio the others' prosody is held against"""
    systems: Sequence[SystemResult]
    differences: Sequence[Difference]
    dataset: DatasetStudy | None
    gate: Sequence[Check]
    notes: Sequence[str]
    """what a reader must know to believe the figures"""


def to_json(report: Report) -> bytes:
    """NaN and inf, which JSON has not, are null."""
    text = json.dumps(_plain(asdict(report)), indent=1, ensure_ascii=True, allow_nan=False)
    return (text + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
