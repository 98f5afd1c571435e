"""Peaks that would be clipped, bent instead."""

import numpy as np

from speech.audio.waveform import Wave

CEILING = np.float32(10 ** (-1 / 20))
"""-1 dBFS, which no sample passes"""
KNEE = np.float32(10 ** (-3 / 20))
"""-3 dBFS, up to which samples stay as they are"""


def limited(wave: Wave) -> Wave:
    """Samples above the knee bent towards the ceiling, which none passes."""
    level = np.abs(wave)
    loud = level > KNEE
    if not loud.any():
        return wave
    room = CEILING - KNEE
    over = room / (level[loud] - KNEE)
    bent = wave.copy()
    bent[loud] = np.copysign(KNEE + room / np.sqrt(1 + over * over), wave[loud])
    return bent
