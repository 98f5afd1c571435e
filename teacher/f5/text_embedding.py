"""Upstream's text embedding for a ragged batch: each text as if it were embedded alone."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from teacher.f5.linear import packed
from teacher.f5.upstream import ConvNeXtV2Block, TextEmbedding


def packed_embedding(embedding: TextEmbedding, packs: bool) -> TextEmbedding:
    """A copy for inference, in float32; `packs` for oneDNN."""
    embedding = copy.deepcopy(embedding)
    for block in embedding.text_blocks if embedding.extra_modeling else ():
        block.pwconv1 = packed(block.pwconv1, torch.float32, packs, gelu="none")
        block.act = nn.Identity()
        block.pwconv2 = packed(block.pwconv2, torch.float32, packs)
    return embedding


def embed_texts(
    embedding: TextEmbedding, tokens: Sequence[Tensor], frames: Sequence[int]
) -> Tensor:
    """Ids (N_tokens,) of each of B texts -> (2, B, N, text_dim): the texts, and with them dropped.

    Upstream's own batch differs from its batch of one in the response norm of ConvNeXt V2, which
    runs over time: here it and each convolution see a text's own frames only. What lies beyond a
    text's frames is of no meaning.
    """
    device = embedding.text_embed.weight.device
    longest = max(frames)
    shown = [ids[:count] for ids, count in zip(tokens, frames, strict=True)]
    ids = pad_sequence([text + 1 for text in shown], batch_first=True)  # 0 is the filler
    ids = F.pad(ids, (0, longest - ids.shape[1])).to(device)
    given_and_dropped = torch.cat((ids, torch.zeros_like(ids)))
    lengths = torch.tensor(frames).to(device, non_blocking=True)
    valid = torch.arange(longest, device=device) < lengths[:, None]
    kept = valid & (ids != 0) if embedding.mask_padding else valid
    valid, kept = (mask.repeat(2, 1).unsqueeze(-1) for mask in (valid, kept))
    x = embedding.text_embed(given_and_dropped)
    if embedding.extra_modeling:
        x = (x + embedding.freqs_cis[:longest]) * kept
        for block in embedding.text_blocks:
            x = _convnext(block, x, valid) * kept
    if embedding.average_upsampling:
        spread = pad_sequence(
            [_spread(len(t), n) for t, n in zip(shown, frames, strict=True)], True
        )
        spread = spread.to(device).repeat(2, 1).unsqueeze(-1)
        x = x.gather(1, spread.expand(-1, -1, x.shape[-1]))
    return x.unflatten(0, (2, -1))


def _convnext(block: ConvNeXtV2Block, x: Tensor, valid: Tensor) -> Tensor:
    """`ConvNeXtV2Block.forward` with a response norm over `valid` frames."""
    hidden = block.dwconv(x.transpose(1, 2)).transpose(1, 2)
    hidden = block.act(block.pwconv1(block.norm(hidden))) * valid
    return x + block.pwconv2(block.grn(hidden))


def _spread(tokens: int, frames: int) -> Tensor:
    """(frames,) the token of each frame: evenly, with what is left over for the last ones."""
    each, more = divmod(frames, max(tokens, 1))
    counts = torch.full((max(tokens, 1),), each)
    counts[len(counts) - more :] += 1
    return torch.arange(len(counts)).repeat_interleave(counts)
