"""Log-mels as a dataset keeps them: a byte for each band of each frame, 34 MB an hour."""

import math

import numpy as np
import torch
from torch import Tensor

from speech.audio.mel import LOG_FLOOR, N_MELS
from speech.dataset.schema import MelBytes

STEP = 0.075
"""of the natural log of a magnitude, 0.65 dB; 255 of them reach what a full-scale voice has"""
LOWEST = math.log(LOG_FLOOR)


def mel_bytes(mel: Tensor) -> MelBytes:
    """(frames, mels) -> frames * mels bytes, frame by frame; what is out of range is at its end."""
    numbers = ((mel - LOWEST) / STEP).round().clamp(0, 255)
    return MelBytes(numbers.to(torch.uint8).numpy().tobytes())


def log_mel_of(data: bytes, frames: int) -> Tensor:
    """(frames, mels) float32 of what `mel_bytes` made; raises ValueError for another length."""
    if len(data) != frames * N_MELS:
        raise ValueError(f"{len(data)} bytes, wanted {frames} frames of {N_MELS}")
    numbers = torch.from_numpy(np.frombuffer(data, np.uint8).copy())
    return LOWEST + STEP * numbers.view(frames, N_MELS)
