"""From judged clips to figures with their intervals, and how figures are written in tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.metrics.bootstrap import Interval, bootstrap_interval

FIGURES = {
    "wer": "WER %",
    "sentence_wer": "mean WER %",
    "similarity": "own voice",
    "other_similarity": "other voices",
    "mos": "MOS",
    "compute_ratio": "seconds",
}
"""names and titles"""


@dataclass(frozen=True)
class JudgedClip:
    """A sentence as it came out; None where the clip holds no voice, or was not judged so."""

    id: str
    audio: str
    """the file, under the output"""
    voice: str
    text: str
    text_normalized: str
    transcript: str
    words: int
    """of the text, as `wer` counts them"""
    wer: float
    similarity: float | None
    """cosine to the reference that the clip was given"""
    other_similarity: float | None
    """mean over the bank's other references"""
    mos: float | None
    duration_s: float
    compute_s: float
    """of the teacher and its vocoder, alone in its batch"""


Figures = Mapping[str, Interval | None]
"""by the names of `FIGURES`; None where no clip has a value"""


def figures_of(clips: Sequence[JudgedClip], seed: int) -> dict[str, Interval | None]:
    """Means over clips with 95 % intervals over resampled sentences.

    `wer` is summed errors over summed words and `sentence_wer` the mean of the sentences' rates,
    both as fractions; `compute_ratio` is summed computation over summed audio.
    """
    ratios = [clip.compute_s / clip.duration_s for clip in clips]
    return {
        "wer": bootstrap_interval(
            [clip.wer for clip in clips], [clip.words for clip in clips], seed=seed
        ),
        "sentence_wer": _mean([clip.wer for clip in clips], seed),
        "similarity": _mean([clip.similarity for clip in clips], seed),
        "other_similarity": _mean([clip.other_similarity for clip in clips], seed),
        "mos": _mean([clip.mos for clip in clips], seed),
        "compute_ratio": bootstrap_interval(ratios, [clip.duration_s for clip in clips], seed=seed),
    }


def _mean(values: Sequence[float | None], seed: int) -> Interval | None:
    known = [value for value in values if value is not None]
    return bootstrap_interval(known, seed=seed) if known else None


def cells(figures: Figures) -> list[str]:
    """ "1.2 (0.6 to 2.0)" for each of `FIGURES`, in their order."""
    return [_cell(figures[name], percent="%" in title) for name, title in FIGURES.items()]


def _cell(interval: Interval | None, percent: bool) -> str:
    if interval is None:
        return "not measured"
    scale, digits = (100, 1) if percent else (1, 2)
    mean, low, high = (
        f"{scale * value:.{digits}f}" for value in (interval.estimate, interval.low, interval.high)
    )
    return f"{mean} ({low} to {high})"
