"""What the page shows of a dataset: its distributions, and clips by what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.dataset.distributions import Distribution
from eval.dataset.examples import CHOICES, Example
from eval.dataset.flags import DEFECTS
from eval.dataset.statistics import DatasetStudy
from eval.report import plots
from eval.report.filters import Pick
from eval.report.marked_words import WordRun, aligned_words
from eval.report.sample_table import spectrogram_of

HISTOGRAMS = {
    "duration_s": "duration, s",
    "wer": "WER",
    "cer": "CER",
    "similarity": "similarity to the reference",
    "mos": "MOS",
    "speaking_rate": "characters a second",
}
VOICES_SHOWN = 40


@dataclass(frozen=True)
class Exhibit:
    example: Example
    spectrogram: str | None
    alignment: Sequence[WordRun]
    """of the text with the transcript; empty where they cannot be compared"""


@dataclass(frozen=True)
class DatasetPart:
    histograms: Sequence[tuple[str, Distribution, Markup]]
    voices: Markup | None
    voices_title: str
    reasons: Markup | None
    groups: dict[str, list[Exhibit]]
    """by defect, then by `CHOICES`; those that have members"""
    picks: Sequence[Pick]


def dataset_part(study: DatasetStudy, language: str, output: str) -> DatasetPart:
    histograms = [
        (title, study.distributions[name], plots.histogram(study.distributions[name], title))
        for name, title in HISTOGRAMS.items()
        if name in study.distributions
    ]
    hours = {name: share.hours for name, share in list(study.voices.items())[:VOICES_SHOWN]}
    unit = 60 if sum(hours.values()) < 2 else 1
    scaled_hours = {name: unit * value for name, value in hours.items()}
    title = "minutes by voice" if unit == 60 else "hours by voice"
    exhibits = [_exhibit(example, language, output) for example in study.exhibits]
    groups = {
        name: [exhibit for exhibit in exhibits if name in exhibit.example.groups]
        for name in (*DEFECTS, *CHOICES)
    }
    reasons = study.reasons
    return DatasetPart(
        histograms=histograms,
        voices=plots.bars(scaled_hours, title, 1) if hours else None,
        voices_title=title,
        reasons=plots.bars(reasons, "rejected rows by reason", 0) if reasons else None,
        groups={name: members for name, members in groups.items() if members},
        picks=_picks(study.exhibits, [name for name, members in groups.items() if members]),
    )


def _picks(examples: Sequence[Example], groups: Sequence[str]) -> list[Pick]:
    speakers = sorted({example.speaker_id for example in examples})
    return [
        Pick("voice", "Voice", "all", dict(zip(speakers, speakers, strict=True))),
        Pick("flag", "Group", "all", dict(zip(groups, groups, strict=True))),
    ]


def _exhibit(example: Example, language: str, output: str) -> Exhibit:
    alignment: Sequence[WordRun] = ()
    if example.transcript is not None:
        try:
            alignment = aligned_words(example.text, example.transcript, language)
        except ValueError:
            alignment = ()
    return Exhibit(example, spectrogram_of(example.audio, output), alignment)
