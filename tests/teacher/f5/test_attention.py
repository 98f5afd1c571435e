"""Attention within rows, by both kernels, and rotary positions, against plain formulas."""

import pytest
import torch
from torch import Tensor
from x_transformers.x_transformers import RotaryEmbedding, apply_rotary_pos_emb

import teacher.f5.attention as attention
from teacher.f5.attention import attend, rotate, rotation
from teacher.f5.rows import Rows, lay_out

LENGTHS = [7, 1, 19, 4]
CPU = torch.device("cpu")


def rows() -> Rows:
    return lay_out(LENGTHS, 3, CPU)


def heads(copies: int) -> list[Tensor]:
    draw = torch.Generator().manual_seed(copies)
    return [torch.randn(copies, sum(LENGTHS), 2, 8, generator=draw) for _ in range(3)]


def masked(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """The formula, with the mask that the kernels do without."""
    row = torch.arange(len(LENGTHS)).repeat_interleave(torch.tensor(LENGTHS))
    scores = torch.einsum("gqhc,gkhc->ghqk", query, key) / 8**0.5
    scores = scores.masked_fill(row[:, None] != row, -torch.inf)
    return torch.einsum("ghqk,gkhc->gqhc", scores.softmax(-1), value)


def flash(
    query: Tensor, key: Tensor, value: Tensor, edges: Tensor, ends: Tensor, longest: int, most: int
) -> Tensor:
    """What torch's documentation says of `varlen_attn`, which runs on GPUs alone."""
    assert query.ndim == 3
    assert edges.dtype == ends.dtype == torch.int32
    assert torch.equal(edges, ends)
    assert longest == most == edges.diff().max()
    assert (edges[0], edges[-1]) == (0, len(query))
    found = torch.empty_like(query)
    for start, end in zip(edges.tolist(), edges[1:].tolist(), strict=False):
        scores = torch.einsum("qhc,khc->hqk", query[start:end], key[start:end])
        weights = (scores / query.shape[-1] ** 0.5).softmax(-1)
        found[start:end] = torch.einsum("hqk,khc->qhc", weights, value[start:end])
    return found


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("kind", ["rowwise", "varlen"])
def test_a_row_attends_to_itself_alone(kind, copies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "varlen_attn", flash)
    parts = heads(copies)
    torch.testing.assert_close(attend(kind, *parts, rows()), masked(*parts))


def test_scores_of_any_size_are_no_overflow() -> None:
    query, key, value = (part.bfloat16() for part in heads(1))
    found = attend("rowwise", query * 1e4, key * 1e4, value, rows())
    assert found.isfinite().all()


@pytest.mark.parametrize("compiled", [False, True])
def test_rotation_is_that_of_x_transformers(compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    """In complex numbers, as a CPU takes them, and in real ones."""
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: compiled)
    embedding = RotaryEmbedding(8)
    query = heads(2)[0]
    turned = rotate(query, rotation(rows().positions, embedding.inv_freq))
    start = 0
    for length in LENGTHS:
        angles, _ = embedding.forward_from_seq_len(length)
        alone = query[:, start : start + length].transpose(1, 2)
        expected = apply_rotary_pos_emb(alone, angles, 1.0).transpose(1, 2)
        torch.testing.assert_close(turned[:, start : start + length], expected)
        start += length


def test_rows_are_laid_out_end_to_end_and_apart() -> None:
    laid = rows()
    assert laid.positions.tolist() == [n for length in LENGTHS for n in range(length)]
    assert laid.edges.tolist() == [0, 7, 8, 27, 31]
    assert laid.spans == [(0, 7), (7, 8), (8, 27), (27, 31)]
    assert laid.longest == 19
    assert len(laid.inside) == sum(LENGTHS) + 3 * (len(LENGTHS) - 1)
    assert laid.inside.flatten().nonzero().flatten().tolist() == laid.slots.tolist()
    assert laid.slots.diff().tolist().count(4) == 3  # a gap of three between rows
