"""F5-TTS's diffusion transformer for inference: rows end to end, everything done once that can be.

The mathematics is `f5_tts.model.DiT`'s (f5_tts/model/backbones/dit.py). What differs is when and in
which precision: the residual stream, norms, input and output are float32, products of matrices inside
the blocks are of `dtype`; time is the same for all rows, so that the modulations of all blocks and
steps come from one product and AdaLN is a layer norm with an affine part; what does not change between
steps (text, reference) enters the input projection once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.backends import mkldnn
from torch.nn import functional as F

from teacher.f5.attention import AttentionKind, attend, attention_kind, rotate, rotation
from teacher.f5.linear import PackedLinear, packed
from teacher.f5.network import Network
from teacher.f5.rows import PaddedRows, Rows, lay_out
from teacher.f5.text_embedding import embed_texts, packed_embedding
from teacher.f5.upstream import DiTBlock

EPSILON = 1e-6
"""of upstream's layer norms"""


@dataclass(frozen=True)
class Conditions:
    """What all steps over one batch share: `constant` (2, T, D), what text and reference, and in the
    second copy neither of them, give to the input; `turn` (T, 2 H or 1, C / 2, 2) rotary positions of
    queries and keys."""

    constant: Tensor
    turn: Tensor
    rows: Rows | PaddedRows


@dataclass(frozen=True)
class Modulation:
    """Of one step: `blocks` (depth, 6, D) and `last` (2, D), in upstream's order of AdaLN's parts,
    with the 1 of each scale added."""

    blocks: Tensor
    last: Tensor


class PackedNetwork(nn.Module):
    """A `Network`'s weights, prepared; later changes of the network are not seen here."""

    frequencies: Tensor

    def __init__(
        self,
        network: Network,
        dtype: torch.dtype,
        device: torch.device | None = None,
        attention: AttentionKind | None = None,
        compiled: bool = False,
    ) -> None:
        """Args:
        dtype: of the products inside the blocks.
        device: where it will run; None for where the network is.
        attention: None for the faster one there.
        compiled: one program for all blocks and lengths; it is made at the first batch.
        """
        super().__init__()
        device = device or network.device
        kind = attention or attention_kind(device, dtype)
        packs = device.type == "cpu" and mkldnn.is_available() and not compiled
        dit = network.dit
        self.mel_dim = mel_dim = network.mel_dim
        self.time_embed = dit.time_embed
        self.text_embed = packed_embedding(dit.text_embed, packs)
        self.contours = network.contours
        entrance, exact = dit.input_embed.proj, (torch.float32, packs)
        noisy, known = entrance.weight.split([mel_dim, entrance.in_features - mel_dim], dim=1)
        self.enter_noisy = PackedLinear(noisy, None, *exact)
        self.enter_known = PackedLinear(known, entrance.bias, *exact)
        self.leave = packed(dit.proj_out, *exact)
        self.convolutions = PositionConvolutions(dit.input_embed.conv_pos_embed.conv1d, dtype)
        self.modulations = nn.ModuleList(b.attn_norm.linear for b in dit.transformer_blocks)
        self.last_modulation = dit.norm_out.linear
        self.blocks = nn.ModuleList(
            Block(block, dtype, packs, kind) for block in dit.transformer_blocks
        )
        self.turned_heads = 2 * network.turned_heads
        if compiled:
            for block in self.blocks:
                block.compile(dynamic=True)
        self.register_buffer("frequencies", dit.rotary_embed.inv_freq, persistent=False)

    def conditions(
        self,
        tokens: Sequence[Tensor],
        reference: Tensor,
        frames: Sequence[int],
        contours: Sequence[Tensor | None] | None = None,
    ) -> Conditions:
        """Of B texts (N_tokens,), mels (T, mel_dim), which are 0 where nothing is shown, and, where
        they are known and the network has a place for them, contours (frames, 2)."""
        rows = lay_out(frames, self.convolutions.gap, self.device)
        texts = embed_texts(self.text_embed, tokens, frames)
        text = torch.cat([texts[:, i, :count] for i, count in enumerate(frames)], dim=1)
        if self.contours is not None and contours is not None:
            text[0] += self._told(contours, frames)
        shown = torch.stack((reference, torch.zeros_like(reference)))
        constant = self.enter_known(torch.cat((shown, text), dim=-1))
        turn = rotation(rows.positions, self.frequencies, self.turned_heads)
        return Conditions(constant, turn, rows)

    def _told(self, contours: Sequence[Tensor | None], frames: Sequence[int]) -> Tensor:
        """(T, text_dim), zeros where an item has no contours."""
        assert self.contours is not None
        blank = [torch.zeros(count, 2) for count in frames]
        given = [c if c is not None else b for c, b in zip(contours, blank, strict=True)]
        known = [b[:, :1] + (c is not None) for c, b in zip(contours, blank, strict=True)]
        together = torch.cat((torch.cat(given), torch.cat(known)), dim=-1)
        together = together.to(self.contours.enter.weight.device, non_blocking=True)
        told: Tensor = self.contours(together[:, :2]) * together[:, 2:]
        return told

    def modulation(self, times: Tensor) -> list[Modulation]:
        """(S,) times -> of each step."""
        hidden = F.silu(self.time_embed(times))
        blocks = torch.stack([linear(hidden) for linear in self.modulations], dim=1)
        blocks, last = blocks.unflatten(-1, (6, -1)), self.last_modulation(hidden)
        last = last.unflatten(-1, (2, -1))
        for scale in (blocks[:, :, 1], blocks[:, :, 4], last[:, 0]):
            scale += 1
        return [Modulation(*parts) for parts in zip(blocks, last, strict=True)]

    def velocity(
        self, noisy: Tensor, conditions: Conditions, modulation: Modulation, copies: int
    ) -> Tensor:
        """(T, mel_dim) -> (copies, T, mel_dim): the flow given all, and in a second copy nothing."""
        x = self.enter_noisy(noisy) + conditions.constant[:copies]
        x = x + self.convolutions(x, conditions.rows)
        for block, parts in zip(self.blocks, modulation.blocks, strict=True):
            x = block(x, parts, conditions.turn, conditions.rows)
        scale, shift = modulation.last
        return self.leave(_norm(x, scale, shift))

    @property
    def device(self) -> torch.device:
        return self.frequencies.device


class PositionConvolutions(nn.Module):
    """Upstream's `ConvPositionEmbedding` over rows that lie so far apart that none sees another.

    Frames are channels-last as they come, and so images one pixel high, or with a row a line, are
    what they are convolved as: a third of the time of `Conv1d` on a CPU, and no transposition.
    """

    def __init__(self, layers: nn.Sequential, dtype: torch.dtype) -> None:
        super().__init__()
        first, second = (layer for layer in layers if isinstance(layer, nn.Conv1d))
        self.first, self.second = _one_row(first, dtype), _one_row(second, dtype)
        self.gap = first.kernel_size[0] // 2

    def forward(self, x: Tensor, rows: Rows | PaddedRows) -> Tensor:
        """(G, T, D) -> (G, T, D)."""
        apart = rows.apart(x.to(self.first.weight.dtype))
        hidden = F.mish(_convolved(self.first, apart))
        hidden = F.mish(_convolved(self.second, hidden * rows.inside.to(hidden.dtype)))
        return rows.together(hidden)


def _one_row(layer: nn.Conv1d, dtype: torch.dtype) -> nn.Conv2d:
    """The same convolution, of images one pixel high."""
    made = nn.Conv2d(
        layer.in_channels,
        layer.out_channels,
        (1, layer.kernel_size[0]),
        padding=(0, layer.kernel_size[0] // 2),
        groups=layer.groups,
        device="meta",
    )
    assert layer.bias is not None
    weight = layer.weight.detach().unsqueeze(2).to(dtype, memory_format=torch.channels_last)
    made.weight = nn.Parameter(weight, requires_grad=False)
    made.bias = nn.Parameter(layer.bias.detach().to(dtype), requires_grad=False)
    return made


def _convolved(layer: nn.Conv2d, x: Tensor) -> Tensor:
    """(G, H, P, D) -> (G, H, P, D), each of H lines by itself."""
    found: Tensor = layer(x.permute(0, 3, 1, 2))
    return found.permute(0, 2, 3, 1)


class Block(nn.Module):
    """One `DiTBlock`."""

    def __init__(
        self, block: DiTBlock, dtype: torch.dtype, packs: bool, kind: AttentionKind
    ) -> None:
        super().__init__()
        attention, (enter, _, leave) = block.attn, block.ff.ff
        parts = (attention.to_q, attention.to_k, attention.to_v)
        weight, bias = (torch.cat([getattr(p, name) for p in parts]) for name in ("weight", "bias"))
        self.qkv = PackedLinear(weight, bias, dtype, packs)
        self.out = packed(attention.to_out[0], dtype, packs)
        self.enter = packed(enter[0], dtype, packs, gelu="tanh")
        self.leave = packed(leave, dtype, packs)
        self.q_norm, self.k_norm = attention.q_norm, attention.k_norm
        self.heads, self.kind, self.dtype = attention.heads, kind, dtype

    def forward(
        self, x: Tensor, modulation: Tensor, turn: Tensor, rows: Rows | PaddedRows
    ) -> Tensor:
        """(G, T, D) float32, (6, D) -> (G, T, D)."""
        shift, scale, gate, shift_ff, scale_ff, gate_ff = modulation
        x = torch.addcmul(x, gate, self._attention(_norm(x, scale, shift), turn, rows))
        hidden = self.enter(_norm(x, scale_ff, shift_ff).to(self.dtype))
        return torch.addcmul(x, gate_ff, self.leave(hidden))

    def _attention(self, x: Tensor, turn: Tensor, rows: Rows | PaddedRows) -> Tensor:
        heads = self.qkv(x.to(self.dtype)).unflatten(-1, (3 * self.heads, -1))
        turned, value = heads.split([2 * self.heads, self.heads], dim=-2)
        if self.q_norm is not None:
            query, key = turned.float().chunk(2, dim=-2)
            turned = torch.cat((self.q_norm(query), self.k_norm(key)), dim=-2)
        query, key = rotate(turned, turn).to(self.dtype).chunk(2, dim=-2)
        return self.out(attend(self.kind, query, key, value, rows).flatten(-2))


def _norm(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """AdaLN where all rows share the time."""
    return F.layer_norm(x, x.shape[-1:], scale, shift, EPSILON)
