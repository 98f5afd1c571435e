"""What a watermark is worth on a dataset's clips: how often it is heard, where it is and where it is
not, and what it costs in words.

Of clips that are not marked a copy is marked here, and both are transcribed: the cost is of the same
clips by the same ASR.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from eval.dataset.listening import choose, clip_wave
from eval.dataset.rows import DatasetRows
from eval.metrics.bootstrap import Interval, bootstrap_interval, share_interval
from eval.metrics.scoring import Scorer
from speech.audio.watermark import HEARD, Watermark
from speech.audio.waveform import quantize
from speech.errors import Refused
from speech.judges.word_errors import WordErrors
from speech.progress import track

COLUMNS = ("audio", "text_normalized", "watermark")


@dataclass(frozen=True)
class WatermarkStudy:
    """Shares are of clips, with Wilson's 95 % interval; None where there was no such clip."""

    name: str
    clips: int
    found: Interval | None
    """share of the clips said to be marked in which the mark is heard"""
    false_alarms: Interval | None
    """share of the other clips in which a mark is heard"""
    found_in_copies: Interval | None
    """of these, once they were marked here and stored as the dataset would"""
    wer: Interval | None
    """of the copies' originals"""
    wer_cost: Interval | None
    """WER of the copies less that of their originals, paired by clip and weighted by words"""

    @property
    def figures(self) -> list[tuple[str, Interval]]:
        """Those that are known, each with what it is, for page and terminal."""
        named = {
            "heard in marked clips": self.found,
            "heard in unmarked clips": self.false_alarms,
            "heard in copies of these, marked here": self.found_in_copies,
            "WER of the unmarked clips": self.wer,
            "WER that the mark adds to it": self.wer_cost,
        }
        return [(what, figure) for what, figure in named.items() if figure is not None]


def study_watermark(
    rows: DatasetRows,
    count: int | None,
    seed: int,
    watermark: Watermark,
    name: str,
    ear: Scorer,
    console: Console,
) -> WatermarkStudy:
    """Hear `count` clips, the ones that are heard again for the flags; clips that cannot be decoded
    are left out."""
    numbers, _ = choose(rows, count, seed)
    found: dict[bool, list[bool]] = {True: [], False: []}
    copies: list[bool] = []
    pairs: list[tuple[WordErrors, WordErrors]] = []
    chosen = rows.chosen_rows(COLUMNS, numbers)
    for _, row in track(chosen, "looking for watermarks", console, "clip", len(numbers)):
        try:
            wave = clip_wave(row)
        except Refused:
            continue
        is_marked = bool(row["watermark"])
        found[is_marked].append(watermark.confidence(wave) > HEARD)
        if is_marked:
            continue
        copy = quantize(watermark.mark(wave))
        copies.append(watermark.confidence(copy) > HEARD)
        plain, marked = (ear.words(one, row["text_normalized"] or "") for one in (wave, copy))
        if plain is not None and marked is not None:
            pairs.append((plain, marked))
    return WatermarkStudy(
        name=name,
        clips=sum(map(len, found.values())),
        found=_share(found[True]),
        false_alarms=_share(found[False]),
        found_in_copies=_share(copies),
        wer=_mean([plain.wer for plain, _ in pairs], pairs, seed),
        wer_cost=_mean([marked.wer - plain.wer for plain, marked in pairs], pairs, seed),
    )


def _share(values: Sequence[bool]) -> Interval | None:
    return share_interval(values) if values else None


def _mean(
    values: Sequence[float], pairs: Sequence[tuple[WordErrors, WordErrors]], seed: int
) -> Interval | None:
    if not values:
        return None
    return bootstrap_interval(values, [plain.words for plain, _ in pairs], seed=seed)
