"""The batch sampler: many texts in many voices at once, each as if it had been sampled alone.

F5-TTS's `CFM.sample` (f5_tts/model/cfm.py) with guidance, sway sampling (arXiv 2410.06885) and
empirically pruned steps (EPSS, Fast-F5), for ragged batches with a key of its own for each item.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from f5_tts.model.utils import get_epss_timesteps
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from speech.machine import native_dtype
from speech.seeds import stable_hash
from teacher.config import SamplerConfig
from teacher.network import Network


@dataclass(frozen=True)
class Prompt:
    """One item: a reference mel (R, mel_dim), token ids (N_tokens,), frames of reference and target
    together, and the text that keys its noise."""

    reference: Tensor
    tokens: Tensor
    frames: int
    key: str


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
    rows = 2 if config.guidance > 0 else 1
    text, reference = _conditions(network, prompts, rows)
    batch = network.batch(frames * rows)
    y = _pad([noise(p.key, p.frames, network.mel_dim) for p in prompts], device)
    times = schedule(config)
    dtype = native_dtype(device) if config.dtype == "auto" else config.dtype
    autocast = torch.autocast(device.type, dtype=getattr(torch, dtype), enabled=dtype != "float32")
    for start, end in zip(times[:-1].tolist(), times[1:].tolist(), strict=True):
        with autocast:
            time = torch.tensor(start, device=device)
            flow = network.velocity(y.repeat(rows, 1, 1), reference, text, time, batch).float()
        if rows == 2:
            given, dropped = flow.chunk(2)
            flow = given + (given - dropped) * config.guidance
        y = y + (end - start) * flow
    result = y.cpu()
    return [result[i, len(p.reference) : p.frames].clone() for i, p in enumerate(prompts)]


def _conditions(network: Network, prompts: Sequence[Prompt], rows: int) -> tuple[Tensor, Tensor]:
    """(rows * B, N, text_dim) text and (rows * B, N, mel_dim) reference, unconditional rows last."""
    embedded = [network.embed_text(p.tokens, p.frames) for p in prompts]
    text = [given for given, _ in embedded]
    longest = max(prompt.frames for prompt in prompts)
    reference = torch.zeros(rows * len(prompts), longest, network.mel_dim, device=network.device)
    for i, prompt in enumerate(prompts):
        reference[i, : len(prompt.reference)] = prompt.reference
    if rows == 2:
        text += [dropped for _, dropped in embedded]
    return pad_sequence(text, batch_first=True), reference


def _pad(items: Sequence[Tensor], device: torch.device) -> Tensor:
    return pad_sequence(list(items), batch_first=True).to(device)
