"""Which clips of a dataset are trained on, and which of them are held out."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import Field

from speech.config import Config
from speech.dataset.clips import ClipInfo, Clips
from speech.errors import InputError
from speech.seeds import stable_hash


class ClipFilter(Config):
    """What is asked of a clip; null asks nothing. A clip without the number asked for is left out."""

    wer_max: float | None = Field(ge=0)
    similarity_min: float | None = Field(ge=-1, le=1)
    mos_min: float | None = Field(ge=1, le=5)
    speakers: tuple[str, ...] | None
    min_duration_s: float | None = Field(ge=0)
    max_duration_s: float | None = Field(gt=0)

    def refusal(self, clip: ClipInfo) -> str | None:
        """Why a clip is left out, as a name to count; None where it is not."""
        if self.speakers is not None and clip.speaker_id not in self.speakers:
            return "speaker"
        seconds = clip.duration_s
        kept = {
            "duration": _at_least(seconds, self.min_duration_s)
            and _at_most(seconds, self.max_duration_s),
            "wer": _at_most(clip.wer, self.wer_max),
            "similarity": _at_least(clip.similarity, self.similarity_min),
            "mos": _at_least(clip.mos, self.mos_min),
        }
        return next((name for name, fits in kept.items() if not fits), None)


def _at_most(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value <= limit)  # NaN does not pass


def _at_least(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value >= limit)


@dataclass(frozen=True)
class Split:
    """Rows of a dataset, by number, and how many are neither, by reason."""

    trained: list[int]
    held_out: list[int]
    left_out: Counter[str]


def split_clips(
    clips: Clips,
    wanted: ClipFilter,
    held_out_share: float,
    parts: int = 10_000,
    rows: Iterable[int] | None = None,
    refusal: Callable[[int], str | None] = lambda row: None,
) -> Split:
    """Of all clips, or of `rows`, those that pass the filter and have no further `refusal`. What is
    held out follows from a clip's id alone, in steps of one of `parts`; where it would be all of
    them, it is none.

    Raises:
        InputError: no clip is left.
    """
    left_out: Counter[str] = Counter()
    chosen = []
    for row in range(len(clips)) if rows is None else rows:
        if reason := wanted.refusal(clips[row]) or refusal(row):
            left_out[reason] += 1
        else:
            chosen.append(row)
    if not chosen:
        reasons = ", ".join(f"{reason} {count}" for reason, count in left_out.most_common())
        raise InputError(
            f"none of the {len(clips)} clips in {clips.location} is left to train on: {reasons} "
            "(what leaves them out, and how many; the keys are clips.*)"
        )
    held_out = [row for row in chosen if is_held_out(clips[row].id, held_out_share, parts)]
    if len(held_out) == len(chosen):
        held_out = []
    return Split(sorted(set(chosen) - set(held_out)), held_out, left_out)


def is_held_out(clip_id: str, share: float, parts: int) -> bool:
    return stable_hash("held out", clip_id) % parts < share * parts
