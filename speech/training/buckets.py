"""Batches of clips of like lengths, of few shapes, in an order that an epoch's number decides."""

import random
from collections import defaultdict
from collections.abc import Mapping

from speech.errors import InputError

QUANTUM = 64
"""frames: lengths are rounded up to it, since on a CPU each new shape costs seconds of preparation"""


def rounded(frames: int) -> int:
    return -(-frames // QUANTUM) * QUANTUM


def bucketed_batches(
    frames: Mapping[int, int], batch_frames: int, seed: int, epoch: int
) -> list[list[int]]:
    """Batches of at most `batch_frames` padded frames (one clip at least), all of an epoch's clips.

    `frames` maps clips to their lengths. Clips that do not fill a batch of their own length go to
    a shorter batch, so that nothing is left out.

    Raises:
        InputError: there is no clip.
    """
    if not frames:
        raise InputError("no clip is left to train on")
    chance = random.Random(f"{seed} epoch {epoch}")
    by_length: dict[int, list[int]] = defaultdict(list)
    for clip, length in sorted(frames.items()):
        by_length[rounded(length)].append(clip)
    batches = []
    for length, clips in sorted(by_length.items()):
        chance.shuffle(clips)
        size = max(1, batch_frames // length)
        batches += [clips[i : i + size] for i in range(0, len(clips), size)]
    chance.shuffle(batches)
    return batches
