"""How systems do by the kind of line: one or two words, sentences, paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.report.results import Figures, JudgedClip, SystemResult

TITLES = {"short": "one or two words", "sentences": "sentences", "long": "paragraphs"}
"""by kind, in the order of the table; `sentences` are the test set"""
BEFORE, BEHIND = ("wer", "second_wer"), ("pitch_spread",)
"""measures of the table, before and behind the MOS judges"""


@dataclass(frozen=True)
class KindRow:
    """One system's lines of one kind."""

    kind: str
    title: str
    system: str
    figures: Figures
    clips: Sequence[JudgedClip]
    failed: int


def kind_rows(systems: Sequence[SystemResult]) -> list[KindRow]:
    """By kind, then by system; none where all lines are of one kind."""
    if not any(system.kinds for system in systems):
        return []
    return [_row(kind, system) for kind in TITLES for system in systems if _has(system, kind)]


def _has(system: SystemResult, kind: str) -> bool:
    return bool(system.clips) if kind == "sentences" else kind in system.kinds


def _row(kind: str, system: SystemResult) -> KindRow:
    found = system if kind == "sentences" else system.kinds[kind]
    return KindRow(kind, TITLES[kind], system.name, found.figures, found.clips, found.failed)
