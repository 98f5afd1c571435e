"""Peaks are bent, and nothing else is."""

import numpy as np

from speech.audio.limiter import CEILING, KNEE, limited


def test_no_sample_passes_the_ceiling_and_quiet_ones_stay() -> None:
    wave = np.random.default_rng(0).normal(0, 0.5, 9_000).astype(np.float32)
    loud = np.concatenate((wave * 100, wave, [np.inf, -np.inf, 1.0, -1.0, 1e30])).astype(np.float32)
    bent = limited(loud)
    assert bent.dtype == np.float32
    assert np.abs(bent).max() <= CEILING == np.float32(10 ** (-1 / 20))
    quiet = np.abs(loud) <= KNEE
    np.testing.assert_array_equal(bent[quiet], loud[quiet])
    order = np.argsort(loud, kind="stable")
    assert (np.diff(bent[order]) >= 0).all(), "the louder stays the louder"
