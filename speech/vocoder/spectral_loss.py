"""How far a wave is from another in spectra, whatever its phase."""

import torch
from torch import Tensor

from speech.audio.mel import log_mels

RESOLUTIONS = (256, 512, 1024, 2048)
"""STFT windows in samples; the hop is a quarter"""
FLOOR = 1e-5


def mel_loss(wave: Tensor, target: Tensor) -> Tensor:
    """Mean distance of log-mels, (B, samples) each."""
    return (log_mels(wave) - log_mels(target)).abs().mean()


def stft_loss(wave: Tensor, target: Tensor) -> Tensor:
    """Multi-resolution STFT loss (Parallel WaveGAN, arXiv 1910.11480): spectral convergence plus the
    mean distance of log magnitudes, averaged over `RESOLUTIONS`."""
    total = wave.new_zeros(())
    for size in RESOLUTIONS:
        ours, theirs = _magnitude(wave, size), _magnitude(target, size)
        convergence = torch.linalg.vector_norm(theirs - ours) / torch.linalg.vector_norm(theirs)
        total = total + convergence + (ours.log() - theirs.log()).abs().mean()
    return total / len(RESOLUTIONS)


def _magnitude(wave: Tensor, size: int) -> Tensor:
    window = torch.hann_window(size, device=wave.device)
    spectrum = torch.stft(wave, size, size // 4, window=window, return_complex=True)
    return (spectrum.real.square() + spectrum.imag.square()).clamp(min=FLOOR**2).sqrt()
