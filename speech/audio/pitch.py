"""Fundamental frequency of clean speech, from the autocorrelation of short frames."""

import numpy as np
import torch
from torch import Tensor

from speech.audio import SAMPLE_RATE
from speech.audio.mel import HOP_LENGTH

WINDOW = 1024
LOWEST_HZ, HIGHEST_HZ = 65.0, 500.0
MIDDLE_HZ = 150.0
"""tracks are in octaves above it"""
VOICED = 0.5
"""of the autocorrelation at its peak, against that of the frame with itself"""
OCTAVE_TOLERANCE = 0.9
"""the shortest period that is this good is taken: twice the period is always as good"""


def pitch_hz(waves: Tensor) -> tuple[Tensor, Tensor]:
    """(B, samples) at 24 kHz -> (B, 1 + samples // hop) Hz, and whether each frame is voiced.

    The autocorrelation of each windowed frame over that of the window (Boersma, 1993), without its
    path search: meant for synthetic speech, which is clean.
    """
    window = torch.hann_window(WINDOW, device=waves.device)
    padded = torch.nn.functional.pad(waves, (WINDOW // 2, WINDOW // 2))
    frames = padded.unfold(-1, WINDOW, HOP_LENGTH)
    frames = (frames - frames.mean(-1, keepdim=True)) * window
    correlation = _autocorrelation(frames) / _autocorrelation(window)
    correlation = correlation / correlation[..., :1].clamp(min=1e-6)
    low, high = int(SAMPLE_RATE / HIGHEST_HZ), int(SAMPLE_RATE / LOWEST_HZ)
    here, before, after = (correlation[..., low + i : high + i] for i in (0, -1, 1))
    peaks = torch.where((here >= before) & (here > after), here, torch.zeros_like(here))
    best = peaks.amax(-1, keepdim=True)
    lag = (peaks >= OCTAVE_TOLERANCE * best).float().argmax(-1, keepdim=True)
    left, middle, right = (part.gather(-1, lag) for part in (before, here, after))
    bend = (left - 2 * middle + right).clamp(max=-1e-6)
    shift = (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
    hertz = SAMPLE_RATE / (lag + low + shift)
    loud = frames.square().mean(-1) > 1e-6
    return hertz[..., 0], (best[..., 0] > VOICED) & loud


def pitch_track(wave: Tensor) -> tuple[Tensor, Tensor]:
    """(samples,) -> (1 + samples // hop,) octaves above `MIDDLE_HZ`, drawn through what is not voiced
    (0 where nothing is), and whether each frame is voiced."""
    hertz, voiced = (track[0] for track in pitch_hz(wave[None]))
    octaves, known = (hertz / MIDDLE_HZ).log2().numpy(), voiced.numpy()
    if not known.any():
        return torch.zeros(len(octaves)), voiced
    places = np.arange(len(octaves))
    drawn = np.interp(places, places[known], octaves[known]).astype(np.float32)
    return torch.from_numpy(drawn), voiced


def _autocorrelation(frames: Tensor) -> Tensor:
    """(..., WINDOW) -> (..., WINDOW // 2), the lags for which the window's own is not near zero."""
    power = torch.fft.rfft(frames, 2 * WINDOW).abs().square()
    return torch.fft.irfft(power)[..., : WINDOW // 2]
