"""Which sentences the page plays, with each system's clip of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from eval.report.results import JudgedClip, SystemResult
from eval.report.spectrograms import spectrogram_uri
from eval.systems.recordings import read_wave
from speech import storage
from speech.errors import InputError, Refused

MAX_SPECTROGRAMS = 300
"""beyond, players stand without: the page stays light"""


@dataclass(frozen=True)
class SampleRow:
    """One system's clip of a sentence."""

    system: str
    clip: JudgedClip
    spectrogram: str | None


@dataclass(frozen=True)
class Row:
    """A sentence and how it came to be on the page: `worst`, `best` or `random`."""

    number: int
    text: str
    why: str
    players: Sequence[SampleRow]


def choose_rows(systems: Sequence[SystemResult], count: int, seed: int, output: str) -> list[Row]:
    """A third each by most wrong words over all systems, by fewest, and at random."""
    clips = [{clip.number: clip for clip in system.clips} for system in systems]
    numbers = sorted({number for found in clips for number in found})
    if not numbers:
        return []
    reasons = _reasons(numbers, clips, count, seed)
    budget, rows = MAX_SPECTROGRAMS, []
    for number, why in reasons.items():
        players = []
        for system, found in zip(systems, clips, strict=True):
            if number in found:
                picture = spectrogram_of(found[number].audio, output) if budget > 0 else None
                budget -= picture is not None
                players.append(SampleRow(system.name, found[number], picture))
        rows.append(Row(number, players[0].clip.text, why, players))
    return rows


def _reasons(
    numbers: Sequence[int], clips: Sequence[dict[int, JudgedClip]], count: int, seed: int
) -> dict[int, str]:
    """Where there are few sentences, all of them, the worst first."""

    def badness(number: int) -> float:
        found = [clips_of[number] for clips_of in clips if number in clips_of]
        return sum(clip.values.get("wer", 1.0) for clip in found)

    ranked = sorted(numbers, key=badness, reverse=True)
    if len(ranked) <= count:
        return dict.fromkeys(ranked, "")
    third = max(1, count // 3)
    worst, best = ranked[:third], ranked[::-1][: min(third, count - third)]
    rest = ranked[third : len(ranked) - len(best)]
    left = count - third - len(best)
    drawn = random.Random(f"{seed} players").sample(rest, min(left, len(rest)))
    named = [(worst, "worst"), (best, "best"), (drawn, "random")]
    return {number: why for members, why in named for number in members}


def spectrogram_of(audio: str | None, output: str) -> str | None:
    if audio is None:
        return None
    try:
        return spectrogram_uri(read_wave(storage.join(output, audio)))
    except (InputError, Refused):
        return None
