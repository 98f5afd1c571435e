"""The log-mel features that F5-TTS and Vocos share: 24 kHz, 100 bands, hop 256."""

from functools import lru_cache

import torch
import torchaudio
from torch import Tensor

from speech.audio import SAMPLE_RATE

N_FFT = 1024
HOP_LENGTH = 256
N_MELS = 100
FRAME_RATE = SAMPLE_RATE / HOP_LENGTH
"""mel frames a second, 93.75"""
LOG_FLOOR = 1e-5


@lru_cache(maxsize=1)
def _transform() -> torchaudio.transforms.MelSpectrogram:
    return torchaudio.transforms.MelSpectrogram(
        sample_rate=SAMPLE_RATE,
        n_fft=N_FFT,
        hop_length=HOP_LENGTH,
        n_mels=N_MELS,
        power=1,
    )


def log_mel(wave: Tensor) -> Tensor:
    """(samples,) in [-1, 1] -> (samples // hop, mels), natural log of magnitudes.

    The "vocos" features of f5_tts (model/modules.py, `get_vocos_mel_spectrogram`) less their last
    frame, which is centred on the end of the clip: with it, one frame of the reference leaks into
    what F5-TTS generates.
    """
    return log_mels(wave).T[: len(wave) // HOP_LENGTH]


def log_mels(waves: Tensor) -> Tensor:
    """(..., samples) -> (..., mels, 1 + samples // hop), all frames, on the waves' own device."""
    return _transform().to(waves.device)(waves).clamp(min=LOG_FLOOR).log()


def mel_inverse() -> Tensor:
    """(bins, mels): takes mel magnitudes to the linear ones of least squares."""
    bank = torchaudio.functional.melscale_fbanks(
        N_FFT // 2 + 1, 0.0, SAMPLE_RATE / 2, N_MELS, SAMPLE_RATE
    )
    return torch.linalg.pinv(bank.T)
