"""Who speaks: an engine's voice or blend of voices, moved by resampling.

Playing a wave faster raises pitch and formants together, as a shorter vocal tract and larynx do;
the engine speaks slower by as much. A speaker encoder tells such speakers apart, though those of one
engine share its timbre.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

BLENDS: tuple[Mapping[str, float], ...] = (
    {"jf_alpha": 1.0},
    {"jm_kumo": 1.0},
    {"jf_alpha": 0.75, "jm_kumo": 0.25},
    {"jf_alpha": 0.5, "jm_kumo": 0.5},
    {"jf_alpha": 0.25, "jm_kumo": 0.75},
    {"jf_alpha": 0.6, "jf_gongitsune": 0.4},
    {"jm_kumo": 0.6, "jf_tebukuro": 0.4},
    {"jm_kumo": 0.6, "jf_nezumi": 0.4},
)
"""of Kokoro's style vectors; alone, gongitsune, tebukuro and nezumi speak English badly (MOS < 3.3)"""


@dataclass(frozen=True)
class Speaker:
    id: str
    engine: str
    shift: float
    """of pitch and formants: 1.1 is a tenth higher"""
    held_out: bool
    voice: Mapping[str, float] = field(default_factory=dict)


def _shifted(
    engine: str, low: float, high: float, count: int, held: set[int], harmonic: int = 1
) -> list[Speaker]:
    shifts = np.geomspace(low, high, count).round(3).tolist()
    name, voice = (
        (engine, {}) if harmonic == 1 else (f"{engine}x{harmonic}", {"harmonic": harmonic})
    )
    return [
        Speaker(f"{name}-{shift * 1000:04.0f}", engine, shift, i in held, voice)
        for i, shift in enumerate(shifts)
    ]


def _blended(shifts: tuple[float, ...], held: set[tuple[int, float]]) -> list[Speaker]:
    return [
        Speaker(f"kokoro{i}-{shift * 1000:04.0f}", "kokoro", shift, (i, shift) in held, blend)
        for i, blend in enumerate(BLENDS)
        for shift in shifts
    ]


SPEAKERS = (
    *_shifted("hibari", 0.74, 1.20, 14, {4, 9}),
    *_shifted("hibari", 0.74, 1.02, 8, {4}, harmonic=2),
    *_shifted("piper", 0.86, 1.36, 14, {4, 9}),
    *_blended((0.9, 1.0, 1.1), {(3, 0.9), (4, 1.1), (5, 1.0), (6, 0.9)}),
)
"""60, of which 9 are held out of training"""
