"""Clips of a dataset that the page plays: flagged ones, the worst, the best, and some at random."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.dataset.flags import Flag
from eval.dataset.listening import COLUMNS, Evidence, Listening, clip_wave
from eval.dataset.rows import DatasetRows
from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import encode_flac, quantize
from speech.errors import Refused

CHOICES = ("worst", "best", "random")


@dataclass(frozen=True)
class Example:
    """`groups` are names of defects and of `CHOICES`."""

    id: str
    speaker_id: str
    text: str
    transcript: str | None
    groups: Sequence[str]
    evidence: str
    wer: float | None
    mos: float | None
    duration_s: float
    audio: str | None
    """a file under the output; None where it could not be decoded"""


def collect(
    rows: DatasetRows,
    heard: Listening,
    flags: Sequence[Flag],
    count: int,
    seed: int,
    output: str,
) -> list[Example]:
    """Up to `count` of each group, their audio copied below `output`."""
    groups = _groups(heard, flags, count, seed)
    evidence: dict[int, list[str]] = defaultdict(list)
    for flag in flags:
        if flag.place in groups:
            evidence[flag.place].append(f"{flag.defect}: {flag.evidence}")
    places = {heard.clips[place].number: place for place in groups}
    audio = {}
    for number, row in rows.chosen_rows(COLUMNS, places):
        path = f"audio/dataset/{number:07d}.flac"
        try:
            wave = clip_wave(row)
        except Refused:
            continue
        storage.write_bytes(storage.join(output, path), encode_flac(quantize(wave), SAMPLE_RATE))
        audio[places[number]] = path
    return [
        _exhibit(place, names, evidence[place], audio.get(place), heard)
        for place, names in groups.items()
    ]


def _exhibit(
    place: int, groups: Sequence[str], evidence: Sequence[str], audio: str | None, heard: Listening
) -> Example:
    row, clip = heard.rows[place], heard.clips[place]
    return Example(
        id=row["id"],
        speaker_id=row["speaker_id"],
        text=row["text"],
        transcript=row["transcript"],
        groups=groups,
        evidence="; ".join(evidence),
        wer=clip.errors.wer if clip.errors else None,
        mos=clip.mos,
        duration_s=clip.duration_s,
        audio=audio,
    )


def _groups(heard: Listening, flags: Sequence[Flag], count: int, seed: int) -> dict[int, list[str]]:
    """The groups of each place in the sample that is shown; flagged ones first."""
    members: dict[str, list[int]] = defaultdict(list)
    for flag in flags:
        members[flag.defect].append(flag.place)
    ranked = sorted(range(len(heard.clips)), key=lambda place: _badness(place, heard.clips[place]))
    worst, rest = ranked[::-1][:count], ranked[: max(0, len(ranked) - count)]
    members["worst"], members["best"], rest = worst, rest[:count], rest[count:]
    members["random"] = random.Random(f"{seed} exhibits").sample(rest, min(count, len(rest)))
    groups: dict[int, list[str]] = defaultdict(list)
    for name, places in members.items():
        for place in places[:count]:
            groups[place].append(name)
    return dict(groups)


def _badness(place: int, clip: Evidence) -> tuple[float, float, int]:
    """Wrong words first, then the lower MOS; clips that could not be judged are the worst."""
    return clip.errors.wer if clip.errors else np.inf, -(clip.mos or 0.0), place
