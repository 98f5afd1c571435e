"""What was found of each clip and of each system: the rows of the report's tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.metrics.bootstrap import Interval
from eval.report.marked_words import WordRun
from speech.synthesizer import Size

Figures = Mapping[str, Interval]
"""by the keys of `measures`; one that no clip has is left out"""


@dataclass(frozen=True)
class JudgedClip:
    """A sentence as a system said it; `values` by the keys of `measures`, where they are known."""

    number: int
    id: str
    text: str
    voice: str | None
    audio: str | None
    transcript: str | None = None
    duration_s: float | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    """words and characters of the text, seconds of the clip"""
    values: Mapping[str, float] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    """by judge, `system` or `prosody`: why a value is missing"""
    alignment: Sequence[WordRun] = ()
    """the text beside the transcript, run by run"""
    second_transcript: str | None = None
    """what the second recogniser heard, where there is one"""


def unsaid(clips: Sequence[JudgedClip]) -> int:
    """Those without audio that can be judged."""
    return sum(clip.audio is None for clip in clips)


@dataclass(frozen=True)
class KindResult:
    """A system's lines of one kind: one or two words, or paragraphs."""

    failed: int
    """lines without audio"""
    figures: Figures
    clips: Sequence[JudgedClip]


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
    """sentences without audio that can be judged"""
    figures: Figures
    clips: Sequence[JudgedClip]
    references: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the audio of each voice that was asked for"""
    references_error: str | None = None
    """why voices that it was asked for have none"""
    kinds: Mapping[str, KindResult] = field(default_factory=dict)
    """of lists beside the test set, whose lines are in no other figure"""
