"""The report as JSON holds it; scripts may rely on these names for as long as `VERSION` stands."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.dataset.statistics import DatasetStudy
from eval.metrics.measures import Measure
from eval.report.figures import Difference
from eval.report.gate import Check
from eval.report.headline import Headline
from eval.report.ratios import Ratio
from eval.report.results import SystemResult, TestSetSummary

SCHEMA, VERSION = "tts-distill/report", 1


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
    headlines: Sequence[Headline] = ()
    """of each system against the baseline, in a sentence"""
    ratios: Sequence[Ratio] = ()


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
