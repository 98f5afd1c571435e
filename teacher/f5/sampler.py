"""The batch sampler: many texts in many voices at once, each as if it had been sampled alone.

F5-TTS's `CFM.sample` (f5_tts/model/cfm.py) with guidance, sway sampling (arXiv 2410.06885) and
empirically pruned steps (EPSS, Fast-F5), for ragged batches with a key of its own for each item.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from speech.machine import native_dtype
from speech.seeds import stable_hash
from teacher.f5.config import SamplerConfig
from teacher.f5.network import Network
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


def noise(key: str, frames: int, mel_dim: int) -> Tensor:
    """(frames, mel_dim) standard normal, a function of `key` alone, drawn on the CPU."""
    generator = torch.Generator().manual_seed(stable_hash("noise", key))
    return torch.randn(frames, mel_dim, generator=generator)


@torch.inference_mode()
def sample(network: Network, prompts: Sequence[Prompt], config: SamplerConfig) -> list[Tensor]:
    """Sample a ragged batch.

    Returns:
        For each prompt the generated mel, (frames - R, mel_dim) float32 on the CPU. It does not
        depend on the other prompts: to 1e-4 in float32 everywhere, bit for bit on the CPU.
    """
    device = network.device
    frames = [prompt.frames for prompt in prompts]
    steps = list(pairwise(schedule(config).tolist()))
    guided = [_is_guided(start, config) for start, _ in steps]
    given, dropped, reference = _conditions(network, prompts)
    both = (
        torch.cat((given, dropped)),
        torch.cat((reference, torch.zeros_like(reference))),
        network.batch(frames * 2),
    )
    alone = (given, reference, network.batch(frames))
    y = _pad([noise(p.key, p.frames, network.mel_dim) for p in prompts], device)
    dtype = native_dtype(device) if config.dtype == "auto" else config.dtype
    autocast = torch.autocast(device.type, dtype=getattr(torch, dtype), enabled=dtype != "float32")
    for (start, end), doubled in zip(steps, guided, strict=True):
        text, shown, batch = both if doubled else alone
        with autocast:
            time = torch.tensor(start, device=device)
            state = y.repeat(2, 1, 1) if doubled else y
            flow = network.velocity(state, shown, text, time, batch).float()
        if doubled:
            towards, away = flow.chunk(2)
            flow = towards + (towards - away) * config.guidance
        y = y + (end - start) * flow
    result = y.cpu()
    return [result[i, len(p.reference) : p.frames].clone() for i, p in enumerate(prompts)]


def _is_guided(time: float, config: SamplerConfig) -> bool:
    start, end = config.guidance_interval
    return config.guidance > 0 and start <= time < end


def _conditions(network: Network, prompts: Sequence[Prompt]) -> tuple[Tensor, Tensor, Tensor]:
    """(B, N, text_dim) text, the same for no text, and (B, N, mel_dim) references."""
    embedded = [network.embed_text(p.tokens, p.frames) for p in prompts]
    longest = max(prompt.frames for prompt in prompts)
    reference = torch.zeros(len(prompts), longest, network.mel_dim, device=network.device)
    for i, prompt in enumerate(prompts):
        reference[i, : len(prompt.reference)] = prompt.reference
    given, dropped = (pad_sequence(list(text), True) for text in zip(*embedded, strict=True))
    return given, dropped, reference


def _pad(items: Sequence[Tensor], device: torch.device) -> Tensor:
    return pad_sequence(list(items), batch_first=True).to(device)
