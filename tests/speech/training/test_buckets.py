import pytest

from speech.errors import InputError
from speech.training.buckets import QUANTUM, bucketed_batches, rounded

FRAMES = {clip: 100 + (clip * 37) % 700 for clip in range(200)}


def test_an_epoch_holds_every_clip_once_within_the_budget() -> None:
    batches = bucketed_batches(FRAMES, 2048, seed=1, epoch=0)
    assert sorted(clip for batch in batches for clip in batch) == sorted(FRAMES)
    for batch in batches:
        assert len(batch) * max(rounded(FRAMES[clip]) for clip in batch) <= 2048


def test_shapes_are_few() -> None:
    lengths = {rounded(frames) for frames in FRAMES.values()}
    assert all(length % QUANTUM == 0 for length in lengths)
    assert len(lengths) <= 12


def test_the_order_follows_from_seed_and_epoch() -> None:
    first = bucketed_batches(FRAMES, 2048, seed=1, epoch=0)
    assert bucketed_batches(dict(reversed(FRAMES.items())), 2048, seed=1, epoch=0) == first
    assert bucketed_batches(FRAMES, 2048, seed=1, epoch=1) != first
    assert bucketed_batches(FRAMES, 2048, seed=2, epoch=0) != first


def test_a_clip_longer_than_the_budget_is_a_batch_of_its_own() -> None:
    assert bucketed_batches({0: 5000}, 2048, seed=0, epoch=0) == [[0]]


def test_no_clip_is_refused() -> None:
    with pytest.raises(InputError, match="no clip"):
        bucketed_batches({}, 2048, seed=0, epoch=0)
