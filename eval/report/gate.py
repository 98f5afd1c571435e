"""Limits that a student and a dataset must keep, for a script's exit status."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.dataset.statistics import DatasetStudy
from eval.report.config import GateConfig
from eval.report.results import SystemResult

FIGURES = {
    "wer_max": "wer",
    "cer_max": "cer",
    "similarity_min": "similarity",
    "mos_min": "distillmos",
    "real_time_factor_max": "real_time_factor",
}
"""limits of figures, by the keys of `measures`"""


@dataclass(frozen=True)
class Check:
    """A limit against what was measured; None was not measured, and fails."""

    limit: str
    allowed: float
    subject: str
    measured: float | None
    passed: bool


def check(
    config: GateConfig, systems: Sequence[SystemResult], dataset: DatasetStudy | None
) -> list[Check]:
    """Every limit that is set, for each system under test and for the dataset."""
    tested = [system for system in systems if system.kind not in ("teacher", "recordings")]
    found = [one for system in tested or systems for one in _of_system(config, system)]
    if dataset is not None:
        found += _of_dataset(config, dataset)
    return found


def _of_system(config: GateConfig, system: SystemResult) -> Iterator[Check]:
    for limit, key in FIGURES.items():
        interval = system.figures.get(key)
        estimate = None if interval is None else interval.estimate
        yield from _limited(config, limit, system.name, estimate)
    size = None if system.size is None else system.size.bytes
    yield from _limited(config, "bytes_max", system.name, size)
    failed = None if system.error else system.failed
    yield from _limited(config, "failed_max", system.name, failed)


def _of_dataset(config: GateConfig, study: DatasetStudy) -> Iterator[Check]:
    rows = study.accepted + study.rejected
    flagged = study.flagged_clips / study.heard if study.heard else None
    accepted = study.accepted / rows if rows else None
    yield from _limited(config, "flagged_share_max", "dataset", flagged)
    yield from _limited(config, "accepted_share_min", "dataset", accepted)


def _limited(
    config: GateConfig, limit: str, subject: str, measured: float | None
) -> Iterator[Check]:
    allowed = getattr(config, limit)
    if allowed is None:
        return
    known = measured is not None and not math.isnan(measured)
    sign = 1 if limit.endswith("_max") else -1
    passed = known and sign * float(measured or 0) <= sign * allowed
    yield Check(limit, allowed, subject, measured if known else None, bool(passed))
