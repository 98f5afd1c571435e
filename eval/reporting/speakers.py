"""Whether each clip is of the speaker that it is labelled with, from embeddings alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MIN_CLIPS = 3
"""of a speaker, for a centroid that does not rest on the clip in question"""
TRIMMED = 0.25
"""of a speaker's clips, the farthest from a first centroid, are left out of the second"""


@dataclass(frozen=True)
class Nearness:
    """Cosines of each clip; NaN where the clip or its speaker has too little."""

    own: npt.NDArray[np.float64]
    """to the centroid of its label, the clip itself left out"""
    other: npt.NDArray[np.float64]
    """to the nearest centroid of another label"""
    nearest: list[str | None]
    """that label"""


def nearness_to_speakers(embeddings: npt.NDArray[np.float16], speakers: Sequence[str]) -> Nearness:
    """(clips, 256) and their labels -> each against all speakers' trimmed centroids."""
    count = len(speakers)
    own, other = np.full(count, np.nan), np.full(count, np.nan)
    labels = np.array(speakers, dtype=object)
    known = np.isfinite(embeddings[:, 0].astype(np.float32)) if count else np.zeros(0, bool)
    sums: dict[str, tuple[npt.NDArray[np.float64], set[int]]] = {}
    for speaker in dict.fromkeys(speakers):
        members = np.flatnonzero((labels == speaker) & known)
        if len(members) >= MIN_CLIPS:
            kept = _trimmed(embeddings[members].astype(np.float64))
            sums[speaker] = (
                embeddings[members[kept]].astype(np.float64).sum(0),
                set(members[kept].tolist()),
            )
    names = list(sums)
    if not names:
        return Nearness(own, other, [None] * count)
    centroids = np.stack([_unit(total) for total, _ in sums.values()])
    nearest: list[str | None] = [None] * count
    for clip in np.flatnonzero(known):
        vector = embeddings[clip].astype(np.float64)
        cosines = centroids @ vector
        if labels[clip] in sums:
            total, members_kept = sums[labels[clip]]
            own[clip] = _unit(total - vector if int(clip) in members_kept else total) @ vector
            cosines[names.index(labels[clip])] = -np.inf
        best = int(cosines.argmax())
        if np.isfinite(cosines[best]):
            other[clip], nearest[clip] = cosines[best], names[best]
    return Nearness(own, other, nearest)


def _trimmed(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Places of the clips that the speaker's centroid is made of."""
    first = _unit(np.median(vectors, axis=0))
    keep = max(MIN_CLIPS - 1, int(np.ceil(len(vectors) * (1 - TRIMMED))))
    return np.argsort(-(vectors @ first), kind="stable")[:keep]


def _unit(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
