"""How near one clip's sound and melody are to another's of the same text: MCD and F0 under DTW."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.fft import dct

from speech.audio import SAMPLE_RATE
from speech.audio.mel import HOP_LENGTH, N_FFT, log_mel
from speech.audio.pitch import pitch_hz
from speech.audio.waveform import Wave
from speech.errors import Refused

Features = npt.NDArray[np.float64]
"""(frames, coefficients)"""

COEFFICIENTS = 13
MAX_DURATION_S = 30.0
"""memory grows with the product of both lengths"""
MIN_SHARED_FRAMES = 5
"""voiced in both clips, for a correlation to mean anything"""


@dataclass(frozen=True)
class Prosody:
    """One clip against another; None where too little is voiced in both."""

    mcd_db: float
    """mel-cepstral distortion"""
    f0_rmse_hz: float | None
    f0_correlation: float | None


def compare_prosody(wave: Wave, reference: Wave) -> Prosody:
    """24 kHz clips of the same text -> their distance over the frames that DTW pairs.

    Raises:
        Refused: `too_long`, or `too_short` for a frame.
    """
    for clip in (wave, reference):
        duration_s = len(clip) / SAMPLE_RATE
        if duration_s > MAX_DURATION_S:
            raise Refused("too_long", f"{duration_s:.1f} s, allowed {MAX_DURATION_S:g}")
        if len(clip) < N_FFT:
            raise Refused("too_short", f"{duration_s:.2f} s, less than one window")
    ours, theirs = mel_cepstrum(wave), mel_cepstrum(reference)
    here, there = time_warp(distances(ours, theirs))
    mcd_db = mel_cepstral_distortion(ours[here], theirs[there])
    (f0, voiced), (f0_reference, voiced_reference) = _pitch(wave), _pitch(reference)
    both = voiced[here] & voiced_reference[there]
    if both.sum() < MIN_SHARED_FRAMES:
        return Prosody(mcd_db, None, None)
    x, y = f0[here][both], f0_reference[there][both]
    return Prosody(mcd_db, math.sqrt(np.mean((x - y) ** 2)), correlation(x, y))


def mel_cepstrum(wave: Wave) -> Features:
    """(samples,) at 24 kHz -> (frames, 13): coefficients 1 to 13, without the level.

    The cosine transform of the log-mel features in SPTK's scale, ln|S| = c0 + sum c_m cos(m w).
    """
    mel = log_mel(torch.from_numpy(wave)).double().numpy()
    return dct(mel, type=2, axis=1)[:, 1 : COEFFICIENTS + 1] / mel.shape[1]


def mel_cepstral_distortion(ours: Features, theirs: Features) -> float:
    """Kubichek (1993): the mean over paired frames of 10 / ln 10 * sqrt(2 * sum (c - c')^2), in dB."""
    squares = np.square(ours - theirs).sum(axis=1)
    return float(10 / math.log(10) * np.sqrt(2 * squares).mean())


def distances(ours: Features, theirs: Features) -> npt.NDArray[np.float64]:
    """(N, d), (M, d) -> (N, M) Euclidean distances."""
    squares = np.square(ours).sum(1)[:, None] + np.square(theirs).sum(1) - 2 * ours @ theirs.T
    return np.sqrt(np.maximum(squares, 0))


def time_warp(
    cost: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Dynamic time warping (Sakoe and Chiba, 1978): the cheapest path from corner to corner.

    Steps are (1, 1), (1, 0) and (0, 1), each at the cost of the cell that it enters.

    Returns:
        (path,) rows and (path,) columns of `cost` (N, M), both rising.
    """
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(2, rows + columns + 1):  # cells of one depend on the two before alone
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        before = np.minimum(total[i - 1, j - 1], np.minimum(total[i - 1, j], total[i, j - 1]))
        total[i, j] = cost[i - 1, j - 1] + before
    return _walk_back(total)


def _walk_back(
    total: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    i, j = total.shape[0] - 1, total.shape[1] - 1
    path = []
    while i and j:
        path.append((i - 1, j - 1))
        steps = ((i - 1, j - 1), (i - 1, j), (i, j - 1))  # the diagonal where they are equal
        i, j = min(steps, key=lambda cell: total[cell])
    here, there = np.array(path[::-1], dtype=np.int64).T
    return here, there


def correlation(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float | None:
    """Pearson's; None where one of them does not vary."""
    if np.ptp(x) < 1e-9 or np.ptp(y) < 1e-9:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _pitch(wave: Wave) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Hz and voicing at the frames of `mel_cepstrum`."""
    hertz, voiced = pitch_hz(torch.from_numpy(wave)[None])
    frames = len(wave) // HOP_LENGTH
    return hertz[0, :frames].double().numpy(), voiced[0, :frames].numpy()
