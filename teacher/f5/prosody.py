"""How a sentence is read: pitch, energy and timing of each phoneme, drawn anew for each take.

A small flow over phonemes. A regression would read every sentence as the mean of all readings, which
is flat; what is drawn from a flow varies as the speakers that it learnt from do.
"""

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from speech.training.weights import reading
from teacher.f5.contours import CHANNELS, MEAN_ENERGY

STEPS = 8
"""of the flow, each of which asks the network twice (Heun)"""
KERNEL = 7
_LEVEL = (-2.66, *([0.0] * (CHANNELS - 1)), MEAN_ENERGY)
_SPREAD = (0.6, *([0.25] * (CHANNELS - 1)), 1.5)
"""of log seconds, octaves from the speaker's mean, and energy"""
_SPEAKER_LEVEL, _SPEAKER_SPREAD = (0.0, 0.2), (0.6, 0.1)
"""of a speaker's mean and deviation, in octaves"""


class Block(nn.Module):
    """A depthwise convolution over phonemes and a perceptron, moved by time and speaker."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(dim, dim, KERNEL, padding=KERNEL // 2, groups=dim)
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.move = nn.Linear(dim, 2 * dim)
        self.enter, self.leave = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)
        nn.init.zeros_(self.leave.weight)

    def forward(self, x: Tensor, condition: Tensor, mask: Tensor) -> Tensor:
        """(B, P, dim), (B, 1, dim), (B, P, 1) -> (B, P, dim)."""
        scale, shift = self.move(condition).chunk(2, dim=-1)
        hidden = self.conv(x.transpose(1, 2)).transpose(1, 2)
        hidden = self.norm(hidden) * (1 + scale) + shift
        return (x + self.leave(F.gelu(self.enter(hidden)))) * mask


class ProsodyFlow(nn.Module):
    """(B, P) phoneme ids from 1, 0 for padding, and (B, 2) mean and deviation of each speaker's pitch
    in octaves -> readings (B, P, 5): log seconds, pitch in octaves at three places, energy."""

    level: Tensor
    spread: Tensor

    def __init__(self, vocabulary_size: int, dim: int, layers: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary_size + 1, dim, padding_idx=0)
        self.context = nn.ModuleList(Block(dim) for _ in range(layers // 2))
        self.noisy = nn.Linear(len(_LEVEL), dim)
        self.time = nn.Sequential(nn.Linear(1 + 2 * 4, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.speaker = nn.Linear(2, dim)
        self.blocks = nn.ModuleList(Block(dim) for _ in range(layers))
        self.out = nn.Linear(dim, len(_LEVEL))
        self.register_buffer("level", torch.tensor(_LEVEL), persistent=False)
        self.register_buffer("spread", torch.tensor(_SPREAD), persistent=False)

    def forward(self, ids: Tensor, speaker: Tensor, readings: Tensor) -> Tensor:
        """The loss of conditional flow matching on readings (B, P, 5) that were heard."""
        target = self._normal(readings, speaker)
        noise, time = torch.randn_like(target), torch.rand(len(target), device=target.device)
        flow = self._velocity(torch.lerp(noise, target, time[:, None, None]), time, ids, speaker)
        valid = (ids > 0).unsqueeze(-1)
        wrong = (flow.float() - (target - noise)).square() * valid
        return wrong.sum() / (valid.sum() * target.shape[-1])

    @torch.inference_mode()
    def draw(
        self,
        ids: Tensor,
        speaker: tuple[float, float],
        temperature: float,
        expressiveness: float,
        seed: int,
    ) -> Tensor:
        """(P,) vocabulary ids from 0 -> (P, 5), a function of the arguments alone.

        `temperature` is of the noise that a reading begins as; 0 is the most common reading.
        `expressiveness` multiplies what pitch is away from the speaker's mean.
        """
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(1, len(ids), len(_LEVEL), generator=generator) * temperature
        ids, about = ids[None] + 1, torch.tensor([speaker])
        for step in range(STEPS):
            start, end = (torch.full((1,), (step + i) / STEPS) for i in (0, 1))
            slope = self._velocity(x, start, ids, about)
            then = self._velocity(x + slope / STEPS, end, ids, about)
            x = x + (slope + then) / (2 * STEPS)
        found = x[0] * self.spread + self.level
        found[:, 1:-1] = found[:, 1:-1] * expressiveness + speaker[0]
        return found

    def _normal(self, readings: Tensor, speaker: Tensor) -> Tensor:
        level = self.level.expand(len(readings), 1, -1).clone()
        level[..., 1:-1] += speaker[:, None, :1]
        return (readings - level) / self.spread

    def _velocity(self, noisy: Tensor, time: Tensor, ids: Tensor, speaker: Tensor) -> Tensor:
        mask = (ids > 0).unsqueeze(-1)
        angles = time[:, None] * torch.pi * 2 ** torch.arange(4, device=time.device)
        features = torch.cat((time[:, None], angles.sin(), angles.cos()), dim=-1)
        level, spread = (speaker.new_tensor(v) for v in (_SPEAKER_LEVEL, _SPEAKER_SPREAD))
        who = self.speaker((speaker - level) / spread).unsqueeze(1)
        when = self.time(features).unsqueeze(1)
        x = self.embed(ids) * mask
        for block in self.context:
            x = block(x, who, mask)
        x = (x + self.noisy(noisy)) * mask
        for block in self.blocks:
            x = block(x, who + when, mask)
        flow: Tensor = self.out(x)
        return flow


def load_prosody(weights: str) -> ProsodyFlow:
    """Sizes are read from the weights, which must hold this model's keys and no others; raises
    InputError."""
    with reading(weights):
        state = {key: value.float() for key, value in load_file(weights).items()}
        entries, dim = state["embed.weight"].shape
        layers = sum(key.startswith("blocks.") and key.endswith("conv.weight") for key in state)
        model = ProsodyFlow(entries - 1, dim, layers)
        model.load_state_dict(state, strict=True)
    return model.eval().requires_grad_(False)
