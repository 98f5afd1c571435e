"""Whether each clip is of the speaker that it is labelled with, from embeddings alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MIN_CLIPS = 3
"""of a speaker, for a centroid that does not rest on the clip in question"""
TRIMMED = 0.25
"""of a speaker's clips, the farthest from a first centroid, are left out of the second"""


ONE_VOICE = 0.97
"""cosine of two centroids from which the voices cannot be told apart clip by clip: two halves of one
voice's clips mostly have more"""
MAX_ALIKE = 100
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AlikeVoices:
    """Two speakers that sound like one."""

    first: str
    second: str
    cosine: float


@dataclass(frozen=True)
class SpeakerSimilarities:
    """Of each clip; NaN where the clip or its speaker has too little."""

    own: Floats
    """cosine to the centroid of its label, the clip itself left out"""
    other: Floats
    """to the nearest centroid of another voice"""
    lead: Floats
    """how far the clip leans from its own centroid to the other, in units of its own noise: below 0 for
    most, 0.2 by chance; of the other voice, 0.4 where the centroids have a cosine of 0.96, and 1 where
    they have 0.7"""
    nearest: list[str | None]
    """whose it is"""
    alike: list[AlikeVoices]
    """the most alike first; to these clips, they are no other voices"""


@dataclass(frozen=True)
class _Voice:
    """A speaker's clips without the farthest: their sum and their places."""

    total: Floats
    members: frozenset[int]

    def centroid(self, vector: Floats, place: int) -> Floats:
        """Without the clip in question."""
        return _unit(self.total - vector if place in self.members else self.total)


def similarity_to_speakers(
    embeddings: npt.NDArray[np.float16], speakers: Sequence[str]
) -> SpeakerSimilarities:
    """(clips, size) and their labels -> each against all speakers' trimmed centroids."""
    count = len(speakers)
    own, other, lead = np.full((3, count), np.nan)
    nearest: list[str | None] = [None] * count
    known = np.isfinite(embeddings[:, 0].astype(np.float32)) if count else np.zeros(0, bool)
    voices = _voices(embeddings, speakers, known)
    if not voices:
        return SpeakerSimilarities(own, other, lead, nearest, [])
    names = list(voices)
    centroids = np.stack([_unit(voice.total) for voice in voices.values()])
    same = [np.flatnonzero(centroids @ centroid >= ONE_VOICE) for centroid in centroids]
    for clip in np.flatnonzero(known).tolist():
        vector, label = embeddings[clip].astype(np.float64), speakers[clip]
        cosines, own_centroid = centroids @ vector, np.full_like(centroids[0], np.nan)
        if label in voices:
            own_centroid = voices[label].centroid(vector, clip)
            own[clip] = own_centroid @ vector
            cosines[same[names.index(label)]] = -np.inf
        best = int(cosines.argmax())
        if np.isfinite(cosines[best]):
            other[clip], nearest[clip] = cosines[best], names[best]
            lead[clip] = _lead(vector, own_centroid, centroids[best])
    return SpeakerSimilarities(own, other, lead, nearest, _alike(names, centroids, same))


def _voices(
    embeddings: npt.NDArray[np.float16], speakers: Sequence[str], known: npt.NDArray[np.bool_]
) -> dict[str, _Voice]:
    """Of the speakers with enough clips."""
    labels, found = np.array(speakers, dtype=object), {}
    for speaker in dict.fromkeys(speakers):
        members = np.flatnonzero((labels == speaker) & known)
        if len(members) >= MIN_CLIPS:
            kept = members[_trimmed(embeddings[members].astype(np.float64))]
            total = embeddings[kept].astype(np.float64).sum(0)
            found[speaker] = _Voice(total, frozenset(kept.tolist()))
    return found


def _alike(
    names: Sequence[str], centroids: Floats, same: Sequence[npt.NDArray[np.int64]]
) -> list[AlikeVoices]:
    found = [
        AlikeVoices(names[first], names[second], float(centroids[first] @ centroids[second]))
        for first, members in enumerate(same)
        for second in members.tolist()
        if second > first
    ]
    return sorted(found, key=lambda pair: -pair.cosine)[:MAX_ALIKE]


def _lead(vector: Floats, own: Floats, other: Floats) -> float:
    """Unit vectors -> the clip's projection on the way from `own` to `other`, over what of the clip
    does not lie along `other`, which is noise if the clip is of that voice."""
    way = other - own
    noise = np.sqrt(max(0.0, 1 - float(other @ vector) ** 2))
    return float(way @ vector) / max(float(np.linalg.norm(way)) * noise, 1e-9)


def _trimmed(vectors: Floats) -> npt.NDArray[np.int64]:
    """Places of the clips that the speaker's centroid is made of."""
    first = _unit(np.median(vectors, axis=0))
    keep = max(MIN_CLIPS - 1, int(np.ceil(len(vectors) * (1 - TRIMMED))))
    return np.argsort(-(vectors @ first), kind="stable")[:keep]


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
