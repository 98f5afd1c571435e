"""Pitch and energy by phoneme: measured, drawn for frames, and told to the network."""

import numpy as np
import pytest
import torch

from speech.audio import SAMPLE_RATE
from speech.audio.mel import FRAME_RATE, log_mel
from teacher.f5.contours import draw, measure, speaker_pitch
from teacher.f5.network import Network
from teacher.f5.packed_network import PackedNetwork
from tests.teacher.f5.shapes import architecture

ENDS_S = torch.tensor([0.25, 0.25, 0.7, 1.2, 2.0])


def glide(low_hz: float = 120.0, high_hz: float = 240.0, seconds: float = 2.0) -> torch.Tensor:
    """A buzz that rises by octaves evenly."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    octaves = np.log2(high_hz / low_hz) * time / seconds
    phase = 2 * np.pi * np.cumsum(low_hz * 2**octaves) / SAMPLE_RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, 8))
    return torch.from_numpy((0.1 * wave).astype(np.float32))


def test_what_was_measured_is_drawn_again() -> None:
    wave = glide()
    mel = log_mel(wave)
    points = measure(wave, mel, ENDS_S)
    drawn = draw(points, ENDS_S, len(mel))
    true = np.log2(120 / 150) + (np.arange(len(mel)) + 0.5) / FRAME_RATE / 2.0
    inner = slice(6, -6)
    assert np.abs(drawn[inner, 0].numpy() - true[inner]).max() < 0.03
    assert abs(drawn[inner, 1].mean().item() - mel[inner].mean().item()) < 0.2


def test_lines_are_those_of_numpy() -> None:
    draw_from = torch.Generator().manual_seed(0)
    points = torch.randn(5, 4, generator=draw_from)
    lasts = ENDS_S.diff(prepend=torch.zeros(1))
    starts = ENDS_S - lasts
    at = (starts[:, None] + lasts[:, None] * torch.tensor([1 / 6, 1 / 2, 5 / 6])).flatten()
    times = (np.arange(180) + 0.5) / FRAME_RATE
    keep = np.r_[True, np.diff(at) > 0]  # of places at one time numpy takes any
    expected = np.interp(times, at[keep], points[:, :3].flatten()[keep])
    found = draw(points, ENDS_S, 180)[:, 0].numpy()
    assert np.abs(found - expected).max() < 0.01 or np.isclose(found, expected).mean() > 0.95


@pytest.mark.parametrize("wave", [torch.zeros(SAMPLE_RATE), torch.zeros(10)])
def test_silence_has_a_common_voice(wave: torch.Tensor) -> None:
    assert speaker_pitch(wave) == (0.0, 0.2)
    mel = torch.zeros(3, 100)
    assert measure(torch.zeros(768), mel, torch.tensor([0.01, 0.032])).isfinite().all()


def test_one_phoneme_is_drawn() -> None:
    drawn = draw(torch.tensor([[0.1, 0.2, 0.3, -4.0]]), torch.tensor([0.2]), 19)
    assert drawn.shape == (19, 2)
    assert drawn[:, 1].unique().tolist() == [-4.0]


def network(contours: bool) -> Network:
    torch.manual_seed(0)
    shape = architecture(
        dim=64, depth=2, heads=2, ff_mult=2, text_dim=32, conv_layers=1, text_mask_padding=True
    )
    return Network(shape, 20, contours).eval()


def test_weights_that_never_had_contours_speak_as_before() -> None:
    with_place = network(contours=True)
    packed = PackedNetwork(with_place, torch.float32)
    tokens, frames = [torch.arange(9), torch.arange(7)], [20, 14]
    reference, contours = torch.randn(34, 100), [torch.randn(20, 2), None]
    without = packed.conditions(tokens, reference, frames).constant
    assert torch.equal(packed.conditions(tokens, reference, frames, contours).constant, without)


def test_the_prepared_network_is_told_what_the_trained_one_is() -> None:
    """And an item without contours, or with text dropped, is told nothing."""
    trained = network(contours=True)
    assert trained.contours is not None
    torch.nn.init.normal_(trained.contours.leave.weight)
    packed = PackedNetwork(trained, torch.float32)
    tokens, frames = [torch.arange(9), torch.arange(7)], [20, 14]
    reference, contours = torch.randn(34, 100), [torch.randn(20, 2), None]
    without = packed.conditions(tokens, reference, frames).constant
    told = packed.conditions(tokens, reference, frames, contours).constant
    assert torch.equal(told[1], without[1])
    assert torch.equal(told[0, 20:], without[0, 20:])
    text_columns = trained.dit.input_embed.proj.weight[:, -32:]
    expected = trained.contours(contours[0]) @ text_columns.T
    torch.testing.assert_close(told[0, :20] - without[0, :20], expected, atol=1e-4, rtol=1e-4)
