"""F5-TTS's diffusion transformer with its weights, and attention that is exact over a ragged batch."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from speech.errors import InputError
from speech.training.weights import reading
from teacher.f5.config import ArchitectureConfig
from teacher.f5.contours import ContourEmbedding
from teacher.f5.upstream import Attention, DiT

AttentionKind = Literal["rowwise", "masked"]
CONTOURS = "contours."
"""what their weights' keys begin with"""


@dataclass(frozen=True)
class Batch:
    """What the blocks of one ragged batch share.

    `frames` is the true length of each of the B rows, `rotation` the complex (N, dim_head / 2)
    rotary factors and `valid` the (B, N) mask of frames that are not padding.
    """

    frames: Sequence[int]
    rotation: Tensor
    valid: Tensor


def attention_kind(device: torch.device) -> AttentionKind:
    """The faster one."""
    return "rowwise" if device.type == "cpu" else "masked"


class RaggedAttention:
    """Takes the place of f5_tts's `AttnProcessor` (model/modules.py): same weights, same result.

    Upstream attends to padding (`attn_mask_enabled: False` in its shipped configurations). Here a
    row never sees another row's padding: on the CPU each row is computed at its own length, with
    explicit matrix products (twice as fast there as the fused kernel in bf16, and bit for bit what
    the row gives alone); elsewhere the fused kernel gets a mask.
    """

    def __init__(self, pe_attn_head: int | None, kind: AttentionKind | None = None) -> None:
        """`kind`: None for the faster one on the device."""
        self.rotated_heads = pe_attn_head
        self.kind = kind

    def __call__(self, attn: Attention, x: Tensor, mask: Batch, rope: None = None) -> Tensor:
        """(B, N, D) -> (B, N, D); padded frames come out as zeros."""
        batch = mask
        parts = (attn.to_q, attn.to_k, attn.to_v)
        weight, bias = (torch.cat([getattr(p, name) for p in parts]) for name in ("weight", "bias"))
        query, key, value = (
            part.unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for part in F.linear(x, weight, bias).chunk(3, dim=-1)
        )
        if attn.q_norm is not None:
            query, key = attn.q_norm(query), attn.k_norm(key)
        query, key = self._rotate(query, batch.rotation), self._rotate(key, batch.rotation)
        kind = self.kind or attention_kind(x.device)
        attend = _attend_rows if kind == "rowwise" else _attend_masked
        mixed = attend(query, key, value, batch).transpose(1, 2).flatten(2)
        return attn.to_out[0](mixed).masked_fill(~batch.valid.unsqueeze(-1), 0.0)

    def _rotate(self, heads: Tensor, rotation: Tensor) -> Tensor:
        """Rotary positions on (B, H, N, C), neighbouring channels as pairs, as x_transformers does."""
        turned = heads[:, : self.rotated_heads]
        pairs = torch.view_as_complex(turned.float().unflatten(-1, (-1, 2)))
        turned = torch.view_as_real(pairs * rotation).flatten(-2).to(heads.dtype)
        if self.rotated_heads is None:
            return turned
        return torch.cat((turned, heads[:, self.rotated_heads :]), dim=1)


def _attend_rows(query: Tensor, key: Tensor, value: Tensor, batch: Batch) -> Tensor:
    rows, heads, length, channels = query.shape
    out = query.new_zeros(rows, length, heads, channels).transpose(1, 2)
    scale = channels**-0.5
    for row, n in enumerate(batch.frames):
        scores = torch.matmul(query[row, :, :n] * scale, key[row, :, :n].transpose(-1, -2))
        out[row, :, :n] = torch.matmul(scores.softmax(-1, dtype=scores.dtype), value[row, :, :n])
    return out


def _attend_masked(query: Tensor, key: Tensor, value: Tensor, batch: Batch) -> Tensor:
    mask = batch.valid[:, None, None, :].expand(-1, -1, query.shape[2], -1)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


class Network(torch.nn.Module):
    """A DiT to train, whose velocity is exact over a ragged batch; `PackedNetwork` speaks."""

    def __init__(
        self, architecture: ArchitectureConfig, vocabulary_size: int, contours: bool = False
    ) -> None:
        """`contours`: whether it can be told pitch and energy, which upstream's cannot."""
        super().__init__()
        with warnings.catch_warnings():  # upstream warns of the memory of a mask we do not use
            warnings.simplefilter("ignore")
            self.dit = DiT(
                **architecture.model_dump(),
                text_num_embeds=vocabulary_size,
                attn_mask_enabled=True,
                dropout=0.0,
            )
        self.contours = ContourEmbedding(architecture.text_dim) if contours else None
        self.mel_dim = architecture.mel_dim
        heads = architecture.heads
        turned = heads if architecture.pe_attn_head is None else architecture.pe_attn_head
        self.turned_heads = [head < turned for head in range(heads)]
        for block in self.dit.transformer_blocks:
            block.attn.processor = RaggedAttention(architecture.pe_attn_head)

    def batch(self, frames: Sequence[int], length: int | None = None) -> Batch:
        """What a batch of rows with these frames shares, padded to `length` or to the longest."""
        lengths = torch.tensor(frames, device=self.device)
        positions = torch.arange(length or max(frames), device=self.device)
        angles = positions[:, None] * self.dit.rotary_embed.inv_freq.float()
        rotation = torch.polar(torch.ones_like(angles), angles)
        return Batch(frames, rotation, positions[None] < lengths[:, None])

    def velocity(
        self, noisy: Tensor, reference: Tensor, text: Tensor, time: Tensor, batch: Batch
    ) -> Tensor:
        """Flow at `time`: (B,), or a scalar for all, with which each AdaLN is computed once.

        `noisy` and `reference` are (B, N, mel_dim), `text` (B, N, text_dim) -> (B, N, mel_dim).
        """
        dit = self.dit
        condition = dit.time_embed(time.reshape(-1))
        x = dit.input_embed(noisy, reference, text, audio_mask=batch.valid)
        for block in dit.transformer_blocks:
            x = block(x, condition, mask=batch)
        return dit.proj_out(dit.norm_out(x, condition))

    @property
    def device(self) -> torch.device:
        return self.dit.proj_out.weight.device


def load_network(
    architecture: ArchitectureConfig,
    vocabulary_size: int,
    weights: str,
    contours: bool = False,
    new_contours: bool = False,
) -> Network:
    """Build the network and load safetensors in f5_tts's own formats, strictly.

    Keys are those of `CFM.state_dict()` ("transformer.…"), with or without the "ema_model." of
    published checkpoints, and "contours.…" where this project added those; buffers that upstream
    derives (mel filters, step counts) are left out. With `new_contours` they may be missing: the
    network then speaks as it did without, and can learn them.

    Raises:
        InputError: keys or shapes that do not fit, named.
    """
    network = Network(architecture, vocabulary_size, contours)
    state = {}
    with reading(weights):
        stored = load_file(weights)
    for key, value in stored.items():
        name = key.removeprefix("ema_model.")
        if name.startswith("transformer."):
            state["dit." + name.removeprefix("transformer.")] = value.float()
        elif name.startswith(CONTOURS):
            state[name] = value.float()
    expected = network.state_dict()
    if new_contours and not any(key.startswith(CONTOURS) for key in state):
        state |= {key: v for key, v in expected.items() if key.startswith(CONTOURS)}
    missing, extra = expected.keys() - state.keys(), state.keys() - expected.keys()
    misfit = [k for k in expected.keys() & state.keys() if expected[k].shape != state[k].shape]
    if missing or extra or misfit:
        some = sorted([*missing, *extra, *misfit])[:3]
        told = (
            f"weights {weights} do not fit the architecture: {len(missing)} missing, {len(extra)} "
            f"unknown, {len(misfit)} of another shape, such as {', '.join(some)}"
        )
        if not misfit and all(key.startswith(CONTOURS) for key in (*missing, *extra)):
            without = "without contours: teacher.contours=false teacher.frontend.prosody=null"
            told += (
                f"; they were trained {without if missing else 'with them: teacher.contours=true'}"
            )
        raise InputError(told)
    network.load_state_dict(state, strict=True)
    return network.eval().requires_grad_(False)
