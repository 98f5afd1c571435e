"""What can be read off a clip's sound alone: how far speech stands above the rest, and its edges."""

from dataclasses import dataclass

import numpy as np
import torch

from speech.audio import SAMPLE_RATE
from speech.audio.mel import N_FFT, log_mel
from speech.audio.waveform import SILENCE_DB, Wave, rms_db

EDGE_S = 0.02
LOUD, QUIET = 0.95, 0.1
"""quantiles over time"""


@dataclass(frozen=True, slots=True)
class Sound:
    range_db: float
    """between the loud and the quiet moments of a mel band, the median over bands"""
    start_db: float
    """level of the first 20 ms against the whole clip's"""
    end_db: float
    """of the last"""


def measure_sound(wave: Wave) -> Sound:
    """(samples,) at 24 kHz; zeros for less than one window."""
    level, edge = rms_db(wave), int(EDGE_S * SAMPLE_RATE)
    if len(wave) < N_FFT:
        return Sound(0.0, 0.0, 0.0)
    mel = log_mel(torch.from_numpy(wave)).numpy()
    loud, quiet = np.quantile(mel, [LOUD, QUIET], axis=0)
    range_db = float(np.median(loud - quiet) * 20 / np.log(10))
    start, end = (max(SILENCE_DB, rms_db(part)) - level for part in (wave[:edge], wave[-edge:]))
    return Sound(range_db, start, end)
