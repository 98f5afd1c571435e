"""Attention of rows laid end to end, each to its own frames only, and rotary positions."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.attention.varlen import varlen_attn

from teacher.f5.rows import Rows

AttentionKind = Literal["rowwise", "varlen"]


def attention_kind(device: torch.device, dtype: torch.dtype = torch.bfloat16) -> AttentionKind:
    """The faster one that the device has: flash attention needs half precision and an Ampere."""
    if device.type != "cuda" or dtype == torch.float32:
        return "rowwise"
    return "varlen" if torch.cuda.get_device_capability(device) >= (8, 0) else "rowwise"


def attend(kind: AttentionKind, query: Tensor, key: Tensor, value: Tensor, rows: Rows) -> Tensor:
    """(G, T, H, C) each, where G copies share the rows -> (G, T, H, C), without any mask."""
    by_kind = _attend_varlen if kind == "varlen" else _attend_rowwise
    return by_kind(query, key, value, rows)


@torch.compiler.disable  # a program for each batch's own lengths is none to keep
def _attend_rowwise(query: Tensor, key: Tensor, value: Tensor, rows: Rows) -> Tensor:
    """Row by row, all copies at once. Scores and their sums stay in float32 within the kernel."""
    found = []
    for start, end in rows.spans:
        parts = (part[:, start:end].transpose(1, 2) for part in (query, key, value))
        found.append(F.scaled_dot_product_attention(*parts).transpose(1, 2))
    return torch.cat(found, dim=1)


def _attend_varlen(query: Tensor, key: Tensor, value: Tensor, rows: Rows) -> Tensor:
    """All rows of all copies in one kernel, which is told where they start."""
    copies, total = query.shape[:2]
    shifts = total * torch.arange(copies, dtype=torch.int32, device=query.device)
    starts = (rows.edges[:-1] + shifts[:, None]).flatten()
    edges = torch.cat((starts, starts.new_full((1,), copies * total)))
    flat = (part.flatten(0, 1) for part in (query, key, value))
    found = varlen_attn(*flat, edges, edges, rows.longest, rows.longest)
    assert isinstance(found, Tensor)
    return found.unflatten(0, (copies, total))


def rotation(positions: Tensor, frequencies: Tensor) -> Tensor:
    """(T,) frames and (C / 2,) radians a frame -> (T, 1, C / 2, 2) cosines and sines."""
    angles = positions[:, None, None] * frequencies.float()
    return torch.stack((angles.cos(), angles.sin()), dim=-1)


def rotate(heads: Tensor, turn: Tensor) -> Tensor:
    """Rotary positions on (..., T, H, C), neighbouring channels as pairs, as x_transformers does.

    A CPU multiplies complex numbers in half the time that their parts take; elsewhere they are real,
    because compilers do not fuse complex ones.
    """
    pairs = heads.float().unflatten(-1, (-1, 2))
    if heads.device.type == "cpu" and not torch.compiler.is_compiling():
        turned = torch.view_as_real(torch.view_as_complex(pairs) * torch.view_as_complex(turn))
    else:
        (a, b), (cos, sin) = pairs.unbind(-1), turn.unbind(-1)
        turned = torch.stack((a * cos - b * sin, b * cos + a * sin), dim=-1)
    return turned.flatten(-2).to(heads.dtype)
