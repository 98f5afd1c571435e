"""What `gate.mos_min` would leave of a dataset, from the scores of its own rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

THRESHOLDS = (2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0)


@dataclass(frozen=True)
class MosYield:
    """At `mos_min`, how many of the clips that pass every other limit would pass this one too."""

    mos_min: float
    kept: int
    passed_the_rest: int
    mean: float | None
    """score of those that are kept"""


def mos_yields(scores: Sequence[float]) -> list[MosYield]:
    """One for each of `THRESHOLDS`; none where no score is known.

    Args:
        scores: Of the clips that nothing but their sound could turn down: those accepted, and those
            that were rejected for it. NaN is not known, and left out.

    A gate with several attempts would try the others again, so this is the least that it would keep.
    """
    known = np.asarray(scores, np.float64)
    known = known[np.isfinite(known)]
    return [_at(limit, known) for limit in THRESHOLDS] if len(known) else []


def _at(limit: float, known: np.ndarray) -> MosYield:
    kept = known[known >= limit]
    return MosYield(limit, len(kept), len(known), float(kept.mean()) if len(kept) else None)
