"""Pitch, pulses and the filter over them, against what is known of tones."""

import math
from pathlib import Path

import pytest
import soundfile as sf
import torch

import teacher
from speech.audio.mel import HOP_LENGTH, SAMPLE_RATE, log_mel
from speech.audio.pitch import pitch_hz
from speech.vocoder.network import PulseVocoder, pulses


def tone(hertz: float, seconds: float = 0.5, harmonics: int = 8) -> torch.Tensor:
    time = torch.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    parts = [(2 * math.pi * hertz * k * time).sin() / k for k in range(1, harmonics + 1)]
    return 0.1 * torch.stack(parts).sum(0)


@pytest.mark.parametrize("hertz", [80, 110.5, 200, 317, 440])
def test_the_pitch_of_a_tone(hertz: float) -> None:
    found, voiced = pitch_hz(tone(hertz)[None])
    assert voiced[0, 3:-3].all()
    assert found[0, 3:-3].median().item() == pytest.approx(hertz, rel=0.005)


def test_noise_and_silence_are_not_voiced() -> None:
    noise = 0.1 * torch.randn(1, SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    assert pitch_hz(noise)[1].float().mean() < 0.05
    found, voiced = pitch_hz(torch.zeros(1, SAMPLE_RATE))
    assert not voiced.any()
    assert torch.isfinite(found).all()


def test_pulses_are_the_sum_of_all_harmonics() -> None:
    hertz = torch.full((1, 20), 1000.0)
    made = pulses(hertz)[0]
    turns = (torch.arange(1, len(made) + 1).double() * 1000 / SAMPLE_RATE)[:, None]
    sums = 1 + 2 * (2 * math.pi * turns * torch.arange(1, 13)).cos().sum(1)
    torch.testing.assert_close(made, sums.float(), atol=1e-3, rtol=1e-4)


def test_pulses_do_not_alias() -> None:
    made = pulses(torch.full((1, 60), 1234.5))[0]
    power = torch.fft.rfft(made * torch.hann_window(len(made))).abs().square()
    hertz = torch.arange(len(power)) * SAMPLE_RATE / len(made)
    off = (hertz / 1234.5 - (hertz / 1234.5).round()).abs() * 1234.5
    assert power[off > 20].sum() < 1e-4 * power.sum()


def test_an_untrained_vocoder_already_says_the_mel() -> None:
    """Before training it filters pulses of one pitch with the spectrum of the mel."""
    torch.manual_seed(0)
    vocoder = PulseVocoder(16, 32, 1).eval()
    clip = next(Path(teacher.__file__).parent.glob("mini/voices/*.flac"))
    mel = log_mel(torch.from_numpy(sf.read(clip, dtype="float32")[0]))
    with torch.no_grad():
        wave = vocoder(mel)
        assert torch.equal(vocoder(mel), wave)
        torch.testing.assert_close(vocoder(torch.stack([mel, mel]))[1], wave)
    assert len(wave) == (len(mel) - 1) * HOP_LENGTH
    loud = mel[:-1] > -3
    assert (log_mel(wave) - mel[:-1])[loud].abs().mean() < 1.2


def test_it_learns_a_tone() -> None:
    torch.manual_seed(0)
    vocoder = PulseVocoder(16, 32, 1)
    wave = tone(150, 0.4)[None, : 36 * HOP_LENGTH]
    mel = log_mel(torch.nn.functional.pad(wave[0], (0, HOP_LENGTH)))[None]
    optimizer = torch.optim.Adam(vocoder.parameters(), 1e-2)
    errors = []
    for _ in range(60):
        features = vocoder.features(mel)
        error = (vocoder.pitch_hz(features).log() - math.log(150)).abs().mean()
        made = vocoder.waves(mel, features, torch.full((1, 37), 150.0), torch.randn_like(wave))
        distance = (made.square().mean().sqrt() - wave.square().mean().sqrt()).abs()
        optimizer.zero_grad()
        (error + distance).backward()
        optimizer.step()
        errors.append(error.item())
    assert errors[-1] < 0.05 < errors[0]
