"""Which clips are trained on and which are held out: by their numbers, and by their ids alone."""

import math
from dataclasses import replace

import pytest

from speech.config import load_config
from speech.dataset.clips import ClipInfo
from speech.dataset.selection import ClipFilter, is_held_out, split_clips
from speech.errors import InputError
from teacher.train_aligner import TrainAlignerConfig

STUDENT = "0003 0019 0021 0060 0130 0137 0166 0211 0244 0333 0336 0345 0353 0355 0363"
VOCODER = "0002 0024 0027 0131 0138 0141 0190 0224 0281 0301 0325 0332"
"""of LJ001-0000 to LJ001-0399, as held out since the first version"""

CLIP = ClipInfo("a", "Hello.", "en", "ann", 2.0, "CC0-1.0", 0.1, 0.9, 3.5, None, None)


def asked(**changes: object) -> ClipFilter:
    """Of a filter that asks nothing, with changes."""
    whole = load_config(TrainAlignerConfig, "train_aligner").clip_filter
    return whole.model_copy(update=changes)


class Fake(list[ClipInfo]):
    location = "set"


def test_nothing_asked_is_everything() -> None:
    unknown = replace(CLIP, wer=None, similarity=None, mos=math.nan)
    assert asked().refusal(CLIP) is None
    assert asked().refusal(unknown) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"speakers": ("bob",)}, "speaker"),
        ({"min_duration_s": 2.1}, "duration"),
        ({"max_duration_s": 1.9}, "duration"),
        ({"wer_max": 0.05}, "wer"),
        ({"similarity_min": 0.95}, "similarity"),
        ({"mos_min": 4.0}, "mos"),
    ],
)
def test_a_clip_is_left_out_by_each_number(change: dict[str, object], reason: str) -> None:
    assert asked(**change).refusal(CLIP) == reason
    field = next(iter(change))
    if reason in ("wer", "similarity", "mos"):
        fine = asked(**{field: getattr(CLIP, reason)})
        assert fine.refusal(CLIP) is None
        assert fine.refusal(replace(CLIP, **{reason: math.nan})) == reason
        assert fine.refusal(replace(CLIP, **{reason: None})) == reason


def test_a_split_counts_what_it_leaves_out() -> None:
    some = Fake(replace(CLIP, id=f"clip{i}", wer=i / 10) for i in range(10))
    split = split_clips(
        some, asked(wer_max=0.55), 0.5, refusal=lambda row: "odd" if row == 2 else None
    )
    assert split.left_out == {"wer": 4, "odd": 1}
    assert sorted(split.trained + split.held_out) == [0, 1, 3, 4, 5]
    assert split.held_out == [
        row for row in (0, 1, 3, 4, 5) if is_held_out(some[row].id, 0.5, 10**4)
    ]
    with pytest.raises(
        InputError, match="none of the 10 clips in set is left to train on: speaker 10"
    ):
        split_clips(some, asked(speakers=("bob",)), 0.5)


def test_what_is_held_out_follows_from_the_id_alone() -> None:
    """The same clips as ever: a training that goes on, or starts from older weights, has not seen
    them."""
    ids = [f"LJ001-{i:04d}" for i in range(400)]
    student, vocoder = (
        " ".join(i.removeprefix("LJ001-") for i in ids if is_held_out(i, share, parts))
        for share, parts in ((0.03, 10_000), (0.02, 100))
    )
    assert (student, vocoder) == (STUDENT, VOCODER)


def test_not_all_is_held_out() -> None:
    one = Fake([replace(CLIP, id="LJ001-0003")])
    split = split_clips(one, asked(), 0.03)
    assert (split.trained, split.held_out) == ([0], [])
