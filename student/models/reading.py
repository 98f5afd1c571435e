"""How a text is read: the length of each phoneme and its pitch, drawn anew for each seed.

A regression says the mean of all readings, which is flat. A small flow over phonemes (conditional
flow matching, arXiv 2210.02747) draws by what one reading differs from that mean.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from student.models.blocks import Stack

PLACES = 3
"""of a phoneme where its pitch is told: the middles of its thirds"""
CHANNELS = 1 + PLACES
"""of a reading, by phoneme: log frames, and octaves at each of the places"""
SPREAD = (0.35, *([0.2] * PLACES))
"""about how much readings differ"""
WIDEST = 0.6
"""octaves, of a reading's pitch from its median"""
MIDDLE = 0.5
"""of the flow's time"""
TURNS = 4
"""waves by which the flow knows how far it has come"""


@dataclass(frozen=True)
class Reading:
    """`log_frames` (B, P) of phonemes, and `pitch` (B, P, 3) in octaves above
    `speech.audio.pitch.MIDDLE_HZ` at the places of each; None of a student that has it by frame."""

    log_frames: Tensor
    pitch: Tensor | None = None

    def livelier(self, expressiveness: float) -> "Reading":
        """With pitch so many times as far from its mean."""
        if self.pitch is None or expressiveness == 1:
            return self
        mean = self.pitch.mean((1, 2), keepdim=True)
        return Reading(self.log_frames, mean + expressiveness * (self.pitch - mean))


class ReadingFlow(nn.Module):
    """From noise (B, P, 4) to what a reading has more than the mean of all."""

    spread: Tensor

    def __init__(self, text_dim: int, dim: int, layers: int, condition_dim: int) -> None:
        super().__init__()
        self.text, self.noisy = nn.Linear(text_dim, dim), nn.Linear(CHANNELS, dim)
        self.time = nn.Linear(1 + 2 * TURNS, condition_dim)
        self.stack = Stack(layers, dim, 2 * dim, condition_dim)
        self.out = nn.Linear(dim, CHANNELS)
        nn.init.zeros_(self.out.weight)
        self.register_buffer("spread", torch.tensor(SPREAD), persistent=False)

    def loss(self, encoded: Tensor, condition: Tensor, mask: Tensor, more: Tensor) -> Tensor:
        """Of conditional flow matching.

        Args:
            encoded: (B, P, text_dim).
            condition: (B, 1, condition_dim) of the speaker.
            mask: (B, P, 1) of phonemes.
            more: (B, P, 4), what was heard, less the mean.
        """
        target = more / self.spread
        noise, time = torch.randn_like(target), torch.rand(len(target), 1, 1, device=target.device)
        x = self.text(encoded) + self.noisy(torch.lerp(noise, target, time))
        flow = self.out(self.stack(x, condition + self._told(time), mask)).float()
        wrong = (flow - (target - noise)).square() * mask
        return wrong.sum() / (mask.sum() * CHANNELS)

    def draw(
        self,
        encoded: Tensor,
        condition: Tensor,
        noise: Tensor,
        stack: Callable[[Tensor, Tensor], Tensor],
    ) -> Tensor:
        """(B, P, 4) as `more` of `loss`; `stack` is the flow's own, of x and condition.

        One step of the midpoint rule: two evaluations of the flow, which come nearer to 64 steps of
        Euler's than four of those do, and lose less of how far readings differ.
        """
        text = self.text(encoded)

        def flow(x: Tensor, time: float) -> Tensor:
            told = condition + self._told(x.new_full((1, 1, 1), time))
            way: Tensor = self.out(stack(text + self.noisy(x), told))
            return way

        middle = noise + MIDDLE * flow(noise, 0.0)
        return (noise + flow(middle, MIDDLE)) * self.spread

    def _told(self, time: Tensor) -> Tensor:
        """(B, 1, 1) from 0 to 1 -> (B, 1, condition_dim)."""
        angles = time * torch.pi * 2 ** torch.arange(TURNS, device=time.device)
        told: Tensor = self.time(torch.cat((time, angles.sin(), angles.cos()), -1))
        return told


def near_the_middle(pitch: Tensor, voiced: Tensor) -> Tensor:
    """(B, N) octaves, none of them further than `WIDEST` from the median of what is voiced (B, N): a
    tenth of what a tracker finds in weak sounds is an octave off, and would be drawn as well."""
    known = pitch.masked_fill(voiced == 0, torch.nan)
    middle = known.nanmedian(1, keepdim=True).values.nan_to_num()
    return torch.clamp(pitch, middle - WIDEST, middle + WIDEST)


def pitch_of_phonemes(pitch: Tensor, frames: Tensor) -> Tensor:
    """By frame (B, N) -> (B, P, 3), the mean of each third of phonemes of so many frames (B, P); of
    less than a frame, the frame that it lies in."""
    ends = frames.cumsum(1)
    thirds = torch.arange(PLACES, device=pitch.device)
    start = (ends - frames).unsqueeze(-1) + frames.unsqueeze(-1) * thirds / PLACES
    first = start.floor().long().clamp(max=pitch.shape[1] - 1)
    last = (start + frames.unsqueeze(-1) / PLACES).ceil().long().clamp(max=pitch.shape[1])
    last = torch.maximum(last, first + 1)
    summed = nn.functional.pad(pitch.double().cumsum(1), (1, 0))
    sums = summed.gather(1, last.flatten(1)) - summed.gather(1, first.flatten(1))
    return sums.view_as(first).div(last - first).to(pitch.dtype)


def contour_of(pitch: Tensor, frames: Tensor, length: int) -> Tensor:
    """(B, P, 3) octaves of phonemes of so many frames (B, P) -> (B, length): lines between them, as
    `numpy.interp`."""
    places = (torch.arange(PLACES, device=frames.device) + 0.5) / PLACES
    starts = frames.cumsum(1) - frames
    at = (starts.unsqueeze(-1) + frames.unsqueeze(-1) * places).flatten(1)
    times = (torch.arange(length, device=frames.device) + 0.5).expand(len(frames), -1).contiguous()
    right = torch.searchsorted(at, times, right=True).clamp(1, at.shape[1] - 1)
    left, values = right - 1, pitch.flatten(1)
    since, until = at.gather(1, left), at.gather(1, right)
    share = ((times - since) / (until - since).clamp(min=1e-6)).clamp(0, 1)
    return torch.lerp(values.gather(1, left), values.gather(1, right), share.to(values.dtype))
