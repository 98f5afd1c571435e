"""Mels in a dataset: a byte a band, and back."""

import pytest
import torch

from speech.audio.mel import LOG_FLOOR, N_MELS, log_mel
from speech.dataset.mel_bytes import STEP, log_mel_of, mel_bytes


def test_a_mel_comes_back_within_half_a_step() -> None:
    noise = torch.randn(24_000, generator=torch.Generator().manual_seed(0))
    for loudness in (1e-4, 0.1, 1.0):
        mel = log_mel(loudness * noise)
        back = log_mel_of(mel_bytes(mel), len(mel))
        assert back.shape == mel.shape
        assert (back - mel).abs().max() <= STEP / 2 + 1e-5


def test_a_full_scale_tone_is_within_range() -> None:
    seconds = torch.arange(24_000) / 24_000
    for hertz in (100, 1_000, 6_000):
        square = (2 * torch.pi * hertz * seconds).sin().sign()
        mel = log_mel(square)
        assert (log_mel_of(mel_bytes(mel), len(mel)) - mel).abs().max() <= STEP / 2 + 1e-5


def test_what_is_out_of_range_is_at_its_end() -> None:
    mel = torch.tensor([[-100.0, 100.0, float("-inf"), float("inf")] * (N_MELS // 4)])
    back = log_mel_of(mel_bytes(mel), 1)[0, :4].exp()
    assert back[0] == back[2] == pytest.approx(LOG_FLOOR)
    assert back[1] == back[3] > 1_000


@pytest.mark.parametrize("data", [b"", bytes(99), bytes(101), bytes(300)])
def test_another_number_of_frames_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=f"{len(data)} bytes, wanted 2 frames of 100"):
        log_mel_of(data, 2)
