"""Attention of rows laid end to end, each to its own frames only, and rotary positions."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from teacher.f5.rows import PaddedRows, Rows

with suppress(ImportError):  # torch_xla's last torch has none, and no need of it
    from torch.nn.attention.varlen import varlen_attn

AttentionKind = Literal["rowwise", "varlen"]


def attention_kind(device: torch.device, dtype: torch.dtype = torch.bfloat16) -> AttentionKind:
    """The faster one that the device has: flash attention needs half precision and an Ampere."""
    if device.type != "cuda" or dtype == torch.float32:
        return "rowwise"
    return "varlen" if torch.cuda.get_device_capability(device) >= (8, 0) else "rowwise"


def attend(
    kind: AttentionKind, query: Tensor, key: Tensor, value: Tensor, rows: Rows | PaddedRows
) -> Tensor:
    """(G, T, H, C) each, where G copies share the rows -> (G, T, H, C); only padding needs a mask."""
    if isinstance(rows, PaddedRows):
        return _attend_padded(query, key, value, rows)
    by_kind = _attend_varlen if kind == "varlen" else _attend_rowwise
    return by_kind(query, key, value, rows)


@torch.compiler.disable  # a program for each batch's own lengths is none to keep
def _attend_rowwise(query: Tensor, key: Tensor, value: Tensor, rows: Rows) -> Tensor:
    """Row by row, all copies at once. Scores and their sums stay in float32 within the kernel."""
    found = []
    for start, end in rows.spans:
        q, k, v = (part[:, start:end].transpose(1, 2) for part in (query, key, value))
        found.append(F.scaled_dot_product_attention(q, k, v).transpose(1, 2))
    return torch.cat(found, dim=1)


def _attend_varlen(query: Tensor, key: Tensor, value: Tensor, rows: Rows) -> Tensor:
    """All rows of all copies in one kernel, which is told where they start."""
    edges = rows.edges[len(query) - 1]
    q, k, v = (part.flatten(0, 1) for part in (query, key, value))
    found = varlen_attn(q, k, v, edges, edges, rows.longest, rows.longest)
    assert isinstance(found, Tensor)
    return found.unflatten(0, query.shape[:2])


def _attend_padded(query: Tensor, key: Tensor, value: Tensor, rows: PaddedRows) -> Tensor:
    """All rows of all copies at one length, none of which sees a row's padding."""
    shape, copies = rows.valid.shape, len(query)
    q, k, v = (
        part.unflatten(1, shape).flatten(0, 1).transpose(1, 2) for part in (query, key, value)
    )
    mask = rows.valid.repeat(copies, 1)[:, None, None]
    found = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return found.transpose(1, 2).unflatten(0, (copies, -1)).flatten(1, 2)


def rotation(positions: Tensor, frequencies: Tensor, heads: Sequence[bool]) -> Tensor:
    """(T,) frames and (C / 2,) radians a frame -> (T, H or 1, C / 2, 2) cosines and sines.

    `heads`: whether each head is to be turned; upstream's first networks turned only some.
    """
    angles = positions[:, None, None] * frequencies.float()
    if not all(heads):
        angles = angles * torch.tensor(heads, device=angles.device)[:, None]
    return torch.stack((angles.cos(), angles.sin()), dim=-1)


def rotate(heads: Tensor, turn: Tensor) -> Tensor:
    """Rotary positions on (..., T, H, C), neighbouring channels as pairs, as x_transformers does.

    As complex numbers that is one operation; a compiler fuses real ones only.
    """
    pairs = heads.float().unflatten(-1, (-1, 2))
    if not torch.compiler.is_compiling() and heads.device.type != "xla":
        turned = torch.view_as_real(torch.view_as_complex(pairs) * torch.view_as_complex(turn))
    else:
        (a, b), (cos, sin) = pairs.unbind(-1), turn.unbind(-1)
        turned = torch.stack((a * cos - b * sin, b * cos + a * sin), dim=-1)
    return turned.flatten(-2).to(heads.dtype)
