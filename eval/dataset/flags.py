"""Clips of a dataset that look wrong, each with its defect's name and the evidence in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.dataset.listening import Evidence, Listening
from eval.dataset.speakers import SpeakerSimilarities
from eval.metrics.sound import Sound
from speech.judges.speaker import WINDOW_S
from speech.judges.word_errors import WordErrors

DEFECTS = {
    "unreadable": "audio that cannot be judged",
    "transcript": "says something else than its text",
    "truncated": "ends or begins within its text",
    "repetition": "a word or phrase said twice",
    "speaker": "clearly nearer to another speaker than to its own, or far from its own",
    "noise": "little between loud and quiet moments, or a far lower MOS than the rest",
}
"""names and what they mean"""

MATCHED_MIN = 0.4
"""of the text's words, below which a clip says something else"""
LOUD_EDGE_DB, CUT_EDGE_DB = -28.0, -15.0
"""levels of an end against the clip's: where words are missing, an end above the first is cut through
sound; above the second whatever was heard, for recognisers complete a word or a common phrase"""
LOUD_EDGE, CUT_EDGE = 2.5, 3.0
"""robust deviations above the usual end of this dataset, where that is higher"""
CER_MAX = 0.5
MIN_SPOKEN, MIN_SHORT = 3, 2
"""words: of a text that is cut rather than another, and by which an end without a cut is short"""
DOUBLED_MIN = -3.5
"""log odds (see `eval.metrics.doubled_words`)"""
LEAD_MIN = 0.3
"""of another speaker (`SpeakerSimilarities.lead`). Of 725 clips of four datasets, closest voices with
cosines of 0.86 to 0.98, none had more; of those under a wrong label, all but the closest voices had"""
OUTLIER, FAR_OUTLIER = 3.0, 6.0
"""robust standard deviations (1.4826 MAD) from the dataset's median"""
RANGE_MAX_DB = 30.0
MOS_MAX = 3.5
"""above these nothing is called noisy, however clean the rest"""


@dataclass(frozen=True)
class Flag:
    place: int
    """index of the clip in the sample"""
    defect: str
    evidence: str
    severity: float
    """for sorting within one defect"""


def find_flags(heard: Listening, near: SpeakerSimilarities) -> list[Flag]:
    """Every defect of every clip, the gravest of each kind first."""
    noise = _of_noise(heard.clips)
    noisy = {flag.place for flag in noise}
    sounds = [clip.sound for clip in heard.clips if clip.sound]
    usual = {
        "start": _usual_edge([sound.start_db for sound in sounds]),
        "end": _usual_edge([sound.end_db for sound in sounds]),
    }
    hidden = dict.fromkeys(usual, _HIDDEN)
    flags = []
    for place, clip in enumerate(heard.clips):
        edges = hidden if place in noisy else usual
        flags += _of_words(place, clip, heard.rows[place]["doubled"], edges)
    flags += [
        Flag(place, "unreadable", "; ".join(heard.rows[place]["failures"].values()), 1.0)
        for place, clip in enumerate(heard.clips)
        if clip.sound is None
    ]
    # noise moves voices too
    flags += [flag for flag in _of_speakers(heard, near) if flag.place not in noisy]
    flags += noise
    order = list(DEFECTS)
    return sorted(flags, key=lambda flag: (order.index(flag.defect), -flag.severity))


@dataclass(frozen=True)
class _Edge:
    """Levels above which an end is loud, and above which it is cut; inf where noise hides it."""

    loud_db: float
    cut_db: float


_HIDDEN = _Edge(np.inf, np.inf)


def _usual_edge(levels_db: Sequence[float]) -> _Edge:
    usual, spread = robust(np.array(levels_db))
    return _Edge(
        max(LOUD_EDGE_DB, usual + LOUD_EDGE * spread), max(CUT_EDGE_DB, usual + CUT_EDGE * spread)
    )


def _of_words(
    place: int, clip: Evidence, word: str | None, edges: Mapping[str, _Edge]
) -> list[Flag]:
    errors, sound = clip.errors, clip.sound
    if errors is None or sound is None:
        return []
    matched = 1 - (errors.deletions + errors.substitutions) / errors.words
    cut = _cut(errors, sound, edges)
    if cut:
        return [Flag(place, "truncated", cut, 1 - matched)]
    if matched < MATCHED_MIN and errors.cer > CER_MAX:
        said = f"{matched:.0%} of the words are heard, WER {errors.wer:.2f}"
        return [Flag(place, "transcript", said, errors.wer)]
    if errors.repetitions:
        return [Flag(place, "repetition", "heard in the transcript", 100.0 + errors.repetitions)]
    if clip.doubled is not None and clip.doubled > DOUBLED_MIN:
        said = f"log odds of '{word}' twice {clip.doubled:+.1f}"
        return [Flag(place, "repetition", said, clip.doubled)]
    return []


def _cut(errors: WordErrors, sound: Sound, edges: Mapping[str, _Edge]) -> str | None:
    """What is missing at an end, if the rest was said."""
    spoken = errors.words - errors.missing_end - errors.missing_start
    wrong = errors.deletions + errors.substitutions - errors.missing_end - errors.missing_start
    if spoken < MIN_SPOKEN or wrong > spoken / 2:
        return None
    for name, missing, short, level_db in (
        ("end", errors.missing_end, errors.short_end, sound.end_db),
        ("start", errors.missing_start, errors.short_start, sound.start_db),
    ):
        abrupt = level_db > edges[name].loud_db
        nothing_for_it = name == "end" and 0 < short == missing
        if short >= MIN_SHORT or nothing_for_it or (abrupt and missing >= 1):
            return f"{missing} words missing at the {name}, whose level is {level_db:.0f} dB"
    if sound.end_db > edges["end"].cut_db:
        return f"the end is as loud as {sound.end_db:.0f} dB"
    return None


def _of_speakers(heard: Listening, near: SpeakerSimilarities) -> list[Flag]:
    typical, spread = robust(near.own)
    flags = []
    for place, (own, other) in enumerate(zip(near.own, near.other, strict=True)):
        # short clips are unlike all voices
        is_whole = heard.clips[place].duration_s >= WINDOW_S
        if near.lead[place] > LEAD_MIN or (is_whole and own < typical - FAR_OUTLIER * spread):
            rival = f", to {near.nearest[place]:.40} {other:.2f}" if np.isfinite(other) else ""
            said = f"cosine to its own speaker {own:.2f}{rival}; usual {typical:.2f}"
            flags.append(Flag(place, "speaker", said, typical - own))
    return flags


def _of_noise(clips: Sequence[Evidence]) -> list[Flag]:
    ranges = np.array([clip.sound.range_db if clip.sound else np.nan for clip in clips])
    scores = np.array([np.nan if clip.mos is None else clip.mos for clip in clips])
    (range_db, range_spread), (mos, mos_spread) = robust(ranges), robust(scores)
    range_min = min(RANGE_MAX_DB, range_db - OUTLIER * range_spread)
    mos_min = min(MOS_MAX, mos - FAR_OUTLIER * mos_spread)
    flags = []
    for place, clip in enumerate(clips):
        if clip.sound is not None and clip.sound.range_db < range_min:
            said = f"{clip.sound.range_db:.0f} dB between loud and quiet; usual {range_db:.0f}"
            flags.append(Flag(place, "noise", said, range_db - clip.sound.range_db))
        elif clip.mos is not None and clip.mos < mos_min:
            flags.append(Flag(place, "noise", f"MOS {clip.mos:.1f}; usual {mos:.1f}", 0.0))
    return flags


def robust(values: np.ndarray) -> tuple[float, float]:
    """Median and 1.4826 times the median absolute deviation of the finite ones; NaN for none."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.nan, np.nan
    median = float(np.median(known))
    return median, 1.4826 * float(np.median(np.abs(known - median)))
