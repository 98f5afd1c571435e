import numpy as np
import pytest
import torch

from speech.vocoder.spectral_loss import RESOLUTIONS, mel_loss, stft_loss


def waves() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    first, second = (0.1 * torch.randn(2, 6000, generator=generator) for _ in range(2))
    return first, second


def test_a_wave_is_no_distance_from_itself() -> None:
    wave, _ = waves()
    assert mel_loss(wave, wave).item() == 0
    assert stft_loss(wave, wave).item() == 0


def test_the_stft_loss_against_numpy() -> None:
    ours, theirs = waves()
    expected = 0.0
    for size in RESOLUTIONS:
        a, b = (_spectra(wave.numpy(), size) for wave in (ours, theirs))
        expected += np.linalg.norm(b - a) / np.linalg.norm(b) + np.abs(np.log(a / b)).mean()
    assert stft_loss(ours, theirs).item() == pytest.approx(expected / len(RESOLUTIONS), rel=1e-3)


def _spectra(batch: np.ndarray, size: int) -> np.ndarray:
    window = np.hanning(size + 1)[:-1]
    padded = np.pad(batch, ((0, 0), (size // 2, size // 2)), mode="reflect")
    starts = range(0, padded.shape[1] - size + 1, size // 4)
    frames = np.stack([padded[:, s : s + size] * window for s in starts], axis=1)
    return np.maximum(np.abs(np.fft.rfft(frames)), 1e-5)


def test_silence_has_a_gradient() -> None:
    wave = torch.zeros(1, 6000, requires_grad=True)
    stft_loss(wave, waves()[0][:1]).backward()
    assert torch.isfinite(wave.grad).all()
