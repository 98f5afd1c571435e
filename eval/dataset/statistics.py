"""What a dataset is worth: its yield, how its clips spread, what they cover, and what is wrong."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from rich.console import Console

from eval.dataset import examples as exhibits
from eval.dataset.coverage import Coverage, PhonemeCounter
from eval.dataset.distributions import Distribution, distribution
from eval.dataset.duplicates import DuplicateFinder, Duplicates
from eval.dataset.examples import Example
from eval.dataset.flags import DEFECTS, Flag, find_flags
from eval.dataset.listening import Evidence, Listening, choose, listen
from eval.dataset.mos_yield import MosYield, mos_yields
from eval.dataset.rows import DatasetRows, Row, open_dataset
from eval.dataset.speakers import AlikeVoices, similarity_to_speakers
from eval.dataset.watermark import WatermarkStudy
from eval.metrics.scoring import Scorer
from speech.reasons import Reason

STORED = ("duration_s", "wer", "cer", "similarity", "mos", "speaking_rate")
MAX_IDS = 1_000
COLUMNS = ("text_normalized", "language", "speaker_id", "phonemes", *STORED)


@dataclass(frozen=True)
class VoiceShare:
    clips: int
    hours: float


@dataclass(frozen=True)
class DatasetStudy:
    """The dataset part of the report; `error` where there is nothing to study."""

    location: str
    error: str | None = None
    accepted: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    """of rejection, the most frequent first"""
    hours: float = 0.0
    voices: Mapping[str, VoiceShare] = field(default_factory=dict)
    distributions: Mapping[str, Distribution] = field(default_factory=dict)
    mos_yields: Sequence[MosYield] = ()
    """what each `gate.mos_min` would leave of the clips that pass all else"""
    phonemes: Coverage | None = None
    duplicates: Duplicates | None = None
    same_audio: int = 0
    """of the clips that were heard: files that equal an earlier one"""
    sampling: str = ""
    """which clips were heard again"""
    heard: int = 0
    flags: Mapping[str, int] = field(default_factory=dict)
    """clips by defect, among those heard"""
    flagged: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """ids by defect, the gravest `MAX_IDS` of each"""
    flagged_clips: int = 0
    alike: Sequence[AlikeVoices] = ()
    """speakers that are one voice where clips are held against other speakers"""
    judge_failures: Mapping[str, int] = field(default_factory=dict)
    exhibits: Sequence[Example] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    """by file: what could not be read"""
    watermark: WatermarkStudy | None = None
    """where one was looked for"""


@dataclass(frozen=True)
class StudyPlan:
    """How much of a dataset is heard and shown."""

    location: str
    listen: int | None
    """clips to hear again; None for all"""
    show: int
    """clips to play of each defect, and of the worst, the best and random ones"""
    seed: int
    output: str


@dataclass
class DatasetStatistics:
    """What the rows say without their audio."""

    rows: DatasetRows
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    turned_down: list[float] = field(default_factory=list)
    """scores of the clips that were rejected for them"""
    stored: dict[str, array] = field(default_factory=lambda: {name: array("f") for name in STORED})
    voices: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0, 0.0]))
    texts: DuplicateFinder = field(default_factory=DuplicateFinder)
    phonemes: PhonemeCounter = field(default_factory=PhonemeCounter)

    def add(self, row: Row) -> None:
        self.accepted += 1
        for name, values in self.stored.items():
            values.append(np.nan if row[name] is None else row[name])
        speaker, text = str(row["speaker_id"]), row["text_normalized"] or ""
        voice = self.voices[speaker]
        voice[0] += 1
        voice[1] += row["duration_s"] or 0.0
        self.texts.add(text, speaker)
        if row["language"] == "en" and text:
            self.phonemes.add(text, row["phonemes"])


def measure_dataset(location: str) -> DatasetStatistics:
    """Read every row without its audio.

    Raises:
        InputError: there is no dataset at all.
    """
    census = DatasetStatistics(open_dataset(location))
    for row in census.rows.rejected_rows(["reason", "mos"]):
        census.reasons[str(row["reason"])] += 1
        if row["reason"] == Reason.MOS and row["mos"] is not None:
            census.turned_down.append(row["mos"])
    for _, row in census.rows.accepted_rows(COLUMNS):
        census.add(row)
    return census


def study_dataset(
    census: DatasetStatistics, plan: StudyPlan, ear: Scorer, console: Console
) -> DatasetStudy:
    """Hear a sample again, find its flaws, and copy what is shown beside the report."""
    rows, reasons = census.rows, census.reasons
    counts = dict(reasons.most_common())
    if not census.accepted:
        error = "; ".join(["no accepted clip", *rows.problems.values()])
        return DatasetStudy(
            plan.location, error, 0, reasons.total(), counts, problems=dict(rows.problems)
        )
    numbers, sampling = choose(rows, plan.listen, plan.seed)
    heard = listen(rows, numbers, sampling, ear, console)
    near = similarity_to_speakers(heard.embeddings, heard.speakers)
    flags = find_flags(heard, near)
    shown = exhibits.collect(rows, heard, flags, plan.show, plan.seed, plan.output)
    return DatasetStudy(
        location=plan.location,
        accepted=census.accepted,
        rejected=reasons.total(),
        reasons=counts,
        hours=float(np.nansum(census.stored["duration_s"])) / 3600,
        voices=_voices(census),
        distributions=_distributions(census, heard),
        mos_yields=_mos_yields(census, heard),
        phonemes=census.phonemes.found(),
        duplicates=census.texts.found(),
        same_audio=heard.same_audio,
        sampling=sampling,
        heard=len(heard.clips),
        flags=_by_defect(flags),
        flagged=_ids(flags, heard),
        flagged_clips=len({flag.place for flag in flags}),
        alike=near.alike,
        judge_failures=dict(heard.failures),
        exhibits=shown,
        problems=dict(rows.problems),
    )


def _voices(census: DatasetStatistics) -> dict[str, VoiceShare]:
    """The longest first."""
    shares = {
        name: VoiceShare(int(clips), seconds / 3600)
        for name, (clips, seconds) in census.voices.items()
    }
    return dict(sorted(shares.items(), key=lambda item: -item[1].hours))


def _distributions(census: DatasetStatistics, heard: Listening) -> dict[str, Distribution]:
    """Of what the dataset has stored; of what was heard again where it has nothing."""
    found = {}
    for name, stored in census.stored.items():
        spread = distribution(stored, census.accepted, "stored")
        if spread is None:
            values = [_heard_value(clip, name) for clip in heard.clips]
            spread = distribution(values, len(heard.clips), "heard")
        if spread is not None:
            found[name] = spread
    return found


def _mos_yields(census: DatasetStatistics, heard: Listening) -> list[MosYield]:
    """Of the scores that the gate gave; of those of the clips heard again where it gave none."""
    stored = [*census.stored["mos"], *census.turned_down]
    return mos_yields(stored) or mos_yields([_heard_value(clip, "mos") for clip in heard.clips])


def _heard_value(clip: Evidence, name: str) -> float:
    values = {
        "duration_s": clip.duration_s,
        "wer": clip.errors.wer if clip.errors else None,
        "cer": clip.errors.cer if clip.errors else None,
        "mos": clip.mos,
        "speaking_rate": clip.rate,
    }
    value = values.get(name)
    return np.nan if value is None else value


def _ids(flags: Sequence[Flag], heard: Listening) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for flag in flags:
        members = found.setdefault(flag.defect, [])
        if len(members) < MAX_IDS:
            members.append(heard.rows[flag.place]["id"])
    return found


def _by_defect(flags: Sequence[Flag]) -> dict[str, int]:
    counts = Counter(flag.defect for flag in flags)
    return {defect: counts[defect] for defect in DEFECTS}
