"""The batch sampler: many texts in many voices at once, each as if it had been sampled alone.

F5-TTS's `CFM.sample` (f5_tts/model/cfm.py) with guidance, sway sampling (arXiv 2410.06885) and
empirically pruned steps (EPSS, Fast-F5), for ragged batches with a key of its own for each item.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from speech.machine import native_dtype
from speech.seeds import stable_hash
from teacher.f5.config import Dtype, SamplerConfig
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.upstream import get_epss_timesteps


@dataclass(frozen=True)
class Prompt:
    """One item: a reference mel (R, mel_dim), token ids (N_tokens,), frames of reference and target
    together, and the text that keys its noise; where the frontend decides it, what is said when."""

    reference: Tensor
    tokens: Tensor
    frames: int
    key: str
    phonemes: str | None = None
    phoneme_ends_s: tuple[float, ...] | None = None
    contours: Tensor | None = None
    """(frames, 2) of `teacher.f5.contours`, where the frontend draws them"""


def dtype_on(device: torch.device, config: SamplerConfig) -> Dtype:
    """Of the network; auto is what the device multiplies natively."""
    return native_dtype(device) if config.dtype == "auto" else config.dtype


def schedule(config: SamplerConfig) -> Tensor:
    """(steps + 1,) times from 0 to 1 in float32: in half precision the first sway step vanishes."""
    cpu = torch.device("cpu")
    if config.epss:
        times = get_epss_timesteps(config.steps, device=cpu, dtype=torch.float32)
    else:
        times = torch.linspace(0, 1, config.steps + 1)
    if config.sway is not None:
        times = times + config.sway * (torch.cos(torch.pi / 2 * times) - 1 + times)
    return times


@cache
def _times(config: SamplerConfig) -> tuple[float, ...]:
    return tuple(schedule(config).tolist())


def noise(key: str, frames: int, mel_dim: int) -> Tensor:
    """(frames, mel_dim) standard normal, a function of `key` alone, drawn on the CPU."""
    generator = torch.Generator().manual_seed(stable_hash("noise", key))
    return torch.randn(frames, mel_dim, generator=generator)


def initial_noise(prompt: Prompt, mel_dim: int, config: SamplerConfig) -> Tensor:
    """(frames, mel_dim) at time 0."""
    return noise(prompt.key, prompt.frames, mel_dim) * config.temperature


def sample(
    network: PackedNetwork, prompts: Sequence[Prompt], config: SamplerConfig
) -> list[Tensor]:
    """Sample a ragged batch.

    Returns:
        For each prompt the generated mel, (frames - R, mel_dim) float32 on the network's device. It
        does not depend on the other prompts: to 1e-4 in float32 everywhere, and on a CPU not in a
        bit. There they are sampled in turn: company gains a CPU nothing, and oneDNN adds up in
        another order where there are more frames.
    """
    if network.device.type == "cpu":
        return [sample_together(network, [prompt], config)[0] for prompt in prompts]
    return sample_together(network, prompts, config)


@torch.inference_mode()
def sample_together(
    network: PackedNetwork, prompts: Sequence[Prompt], config: SamplerConfig
) -> list[Tensor]:
    """All prompts at once; state, time and update are float32, and the device is waited for nowhere
    between the first step and the last."""
    frames = [prompt.frames for prompt in prompts]
    reference = torch.cat([shown(prompt) for prompt in prompts])
    y = torch.cat([initial_noise(p, network.mel_dim, config) for p in prompts])
    y, reference = (part.to(network.device, non_blocking=True) for part in (y, reference))
    contours = [p.contours for p in prompts]
    conditions = network.conditions([p.tokens for p in prompts], reference, frames, contours)
    times = _times(config)
    modulations = network.modulation(torch.tensor(times).to(network.device)[:-1])
    for (start, end), modulation in zip(pairwise(times), modulations, strict=True):
        copies = 2 if is_guided(start, config) else 1
        flow = network.velocity(y, conditions, modulation, copies)
        y = torch.add(y, guide(flow, config.guidance), alpha=end - start)
    rows = y.split(frames)
    return [row[len(p.reference) :] for row, p in zip(rows, prompts, strict=True)]


def is_guided(time: float, config: SamplerConfig) -> bool:
    """Whether the step from `time` on takes two copies of each row."""
    start, end = config.guidance_interval
    return config.guidance > 0 and start <= time < end


def heaviest_step(config: SamplerConfig) -> SamplerConfig:
    """One step that takes as much memory as any of all, for probes."""
    guided = any(is_guided(time, config) for time in _times(config)[:-1])
    interval = (0.0, 1.0) if guided else (1.0, 1.0)
    return config.model_copy(update={"steps": 1, "guidance_interval": interval})


def guide(flow: Tensor, guidance: float) -> Tensor:
    """Flows (G, T, mel_dim) -> (T, mel_dim): where there are two copies, away from the second."""
    if len(flow) == 1:
        return flow[0]
    towards, away = flow
    return towards + (towards - away) * guidance


def shown(prompt: Prompt) -> Tensor:
    """(frames, mel_dim) the reference, and zeros where speech is to come."""
    return F.pad(prompt.reference, (0, 0, 0, prompt.frames - len(prompt.reference)))
