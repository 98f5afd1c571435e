"""A smaller vocoder out of a larger one, as a start that a training goes on from.

Blocks are left out one by one, each time the one that is missed the least; of the blocks that stay,
hidden units are left out whose outputs vary the least, and the layer after them is fitted anew by
least squares, so that the units that stay say what those that went had said.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from speech.audio.mel import log_mel
from speech.dataset.clips import Clips
from speech.pruning import fewer_units
from speech.vocoder.network import PulseVocoder

SAMPLED_CLIPS = 48


def some_mels(clips: Clips, seed: int) -> list[Tensor]:
    """(frames, mels) of clips that the seed chooses."""
    order = torch.randperm(len(clips), generator=torch.Generator().manual_seed(seed))
    rows = order[:SAMPLED_CLIPS].tolist()
    return [log_mel(torch.from_numpy(clips.wave(row))) for row in rows]


def size_of(vocoder: PulseVocoder) -> tuple[int, int]:
    """Blocks, and hidden units of each."""
    blocks = vocoder.backbone.convnext
    return len(blocks), blocks[0].pwconv1.out_features


@torch.no_grad()
def pruned(
    vocoder: PulseVocoder, layers: int, intermediate_dim: int, mels: Sequence[Tensor]
) -> PulseVocoder:
    """Of so many blocks and hidden units.

    Args:
        vocoder: of as many of both, or more.
        mels: (frames, mels) log-mels of speech, by which it is seen what is missed.
    """
    backbone = vocoder.backbone
    begun = [backbone.norm(backbone.embed(mel.T[None].float()).mT).mT for mel in mels]
    blocks = _fewer_blocks(vocoder, layers, begun)
    smaller = PulseVocoder(
        vocoder.spectra.in_features, intermediate_dim, layers, vocoder.residual is not None
    )
    others = {key: value for key, value in vocoder.state_dict().items() if "convnext" not in key}
    smaller.load_state_dict(others, strict=False)
    xs = begun
    for block, target in zip(blocks, smaller.backbone.convnext, strict=True):
        _fewer_units(block, target, xs)
        xs = [block(x) for x in xs]
    return smaller


def _fewer_blocks(vocoder: PulseVocoder, layers: int, begun: Sequence[Tensor]) -> list[Any]:
    kept = list(vocoder.backbone.convnext)
    whole = _features(vocoder, kept, begun)
    while len(kept) > layers:
        missed = [
            (_features(vocoder, [*kept[:at], *kept[at + 1 :]], begun) - whole).square().mean()
            for at in range(len(kept))
        ]
        del kept[int(torch.stack(missed).argmin())]
    return kept


def _features(vocoder: PulseVocoder, blocks: Sequence[Any], begun: Sequence[Tensor]) -> Tensor:
    """(all frames, dim)."""
    found = []
    for x in begun:
        for block in blocks:
            x = block(x)
        found.append(vocoder.backbone.final_layer_norm(x.mT)[0])
    return torch.cat(found)


def _fewer_units(block: Any, target: Any, xs: Sequence[Tensor]) -> None:
    """Of a ConvNeXt block that is given `xs` (1, dim, frames), written into a narrower one."""
    hidden = torch.cat([F.gelu(block.pwconv1(block.norm(block.dwconv(x).mT)))[0] for x in xs])
    kept = fewer_units(hidden, block.pwconv2, target.pwconv1.out_features)
    state = block.state_dict()
    state["pwconv1.weight"] = block.pwconv1.weight[kept.units]
    state["pwconv1.bias"] = block.pwconv1.bias[kept.units]
    state["pwconv2.weight"], state["pwconv2.bias"] = kept.weight, kept.bias
    target.load_state_dict(state)
