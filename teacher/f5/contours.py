"""Pitch and energy as F5-TTS is told them here: by phoneme, and drawn from those for every frame.

What a network of this size does not have to guess it says better: the contours decide much of what a
mel looks like before its details. FastSpeech 2 (arXiv 2006.04558) gives both to its decoder; FastPitch
(arXiv 2006.06873) has one value a phoneme, where three follow a rise or fall within it.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from speech.audio.mel import FRAME_RATE
from speech.audio.pitch import pitch_track

PLACES = (1 / 6, 1 / 2, 5 / 6)
"""within a phoneme, where its pitch is read"""
CHANNELS = len(PLACES) + 1
"""of a phoneme: pitch at each of its places, and energy"""
MEAN_ENERGY = -4.0
TURNS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""an octave, of the waves by which the network reads pitch: harmonics move by less than a mel band"""
SMOOTHED = 5
"""frames, of whose pitch the median is taken"""


def measure(wave: Tensor, mel: Tensor, ends_s: Tensor) -> Tensor:
    """What a clip does: (P, 4), pitch in octaves at three places of each phoneme, and its energy.

    Args:
        wave: (samples,) at 24 kHz.
        mel: (frames, mels), its log-mels.
        ends_s: (P,) the second at which each phoneme ends.
    """
    octaves, _ = pitch_track(wave)
    octaves = octaves[: len(mel)]
    edge = SMOOTHED // 2
    padded = torch.nn.functional.pad(octaves[None], (edge, edge), mode="replicate")[0]
    octaves = padded.unfold(0, SMOOTHED, 1).median(-1).values
    starts_s, _, at_s = _places(ends_s)
    pitch = octaves[(at_s * FRAME_RATE).long().clamp(0, len(octaves) - 1)]
    summed = torch.cat((mel.new_zeros(1), mel.float().mean(-1).cumsum(0)))
    first = (starts_s * FRAME_RATE).floor().long().clamp(0, len(mel) - 1)
    last = torch.maximum((ends_s * FRAME_RATE).ceil().long().clamp(max=len(mel)), first + 1)
    energy = (summed[last] - summed[first]) / (last - first)
    return torch.cat((pitch, energy.unsqueeze(-1)), dim=-1)


def draw(points: Tensor, ends_s: Tensor, frames: int) -> Tensor:
    """(P, 4) and (P,) -> (frames, 2): lines between the points, the same before and after."""
    _, middles_s, at_s = _places(ends_s)
    times_s = (torch.arange(frames) + 0.5) / FRAME_RATE
    pitch = _lines(times_s, at_s.flatten(), points[:, :-1].flatten())
    energy = _lines(times_s, middles_s, points[:, -1])
    return torch.stack((pitch, energy), dim=-1)


def contours_of(wave: Tensor, mel: Tensor, ends_s: Tensor) -> tuple[Tensor, Tensor]:
    """What a clip does, as `measure`, and that drawn: (P, 4) by phoneme and (frames, 2)."""
    points = measure(wave, mel, ends_s)
    return points, draw(points, ends_s, len(mel))


def speaker_pitch(wave: Tensor) -> tuple[float, float]:
    """Mean and deviation in octaves over what is voiced; a common voice's where nothing is."""
    octaves, voiced = pitch_track(wave)
    known = octaves[voiced]
    if len(known) < 2:
        return 0.0, 0.2
    return known.mean().item(), known.std().item()


class ContourEmbedding(nn.Module):
    """Contours (..., 2) -> (..., dim), to be added to the text; at first nothing, so that weights
    that never had them go on from where they are."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.enter = nn.Linear(2 + 2 * len(TURNS), dim)
        self.leave = nn.Linear(dim, dim)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        self.register_buffer("turns", torch.tensor(TURNS), persistent=False)

    turns: Tensor

    def forward(self, contours: Tensor) -> Tensor:
        pitch, energy = contours[..., :1], contours[..., 1:] - MEAN_ENERGY
        angles = 2 * math.pi * pitch * self.turns
        features = torch.cat((pitch, energy, angles.sin(), angles.cos()), dim=-1)
        embedded: Tensor = self.leave(nn.functional.silu(self.enter(features)))
        return embedded


def pad_contours(contours: Sequence[Tensor], length: int) -> Tensor:
    """(frames, 2) each -> (B, length, 2)."""
    padded = torch.zeros(len(contours), length, 2)
    for row, contour in zip(padded, contours, strict=True):
        row[: len(contour)] = contour
    return padded


def _places(ends_s: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of phonemes that end at (P,): start and middle (P,), and where pitch is read (P, 3)."""
    starts_s = torch.cat((ends_s.new_zeros(1), ends_s[:-1]))
    lasts_s = (ends_s - starts_s).clamp(min=0)
    return (
        starts_s,
        starts_s + lasts_s / 2,
        starts_s[:, None] + lasts_s[:, None] * torch.tensor(PLACES),
    )


def _lines(times: Tensor, at: Tensor, values: Tensor) -> Tensor:
    """numpy.interp: (T,) times, increasing places (N,), values (N,) -> (T,)."""
    right = torch.searchsorted(at.contiguous(), times.contiguous()).clamp(1, max(len(at) - 1, 1))
    right = right.clamp(max=len(at) - 1)
    left = (right - 1).clamp(min=0)
    share = (times - at[left]) / (at[right] - at[left]).clamp(min=1e-6)
    return values[left] + (values[right] - values[left]) * share.clamp(0, 1)
