"""Texts embedded together against upstream's embedding of each alone."""

import pytest
import torch
from f5_tts.model.backbones.dit import TextEmbedding

from teacher.f5.text_embedding import embed_texts

STYLES = {
    "masked": {"mask_padding": True, "conv_layers": 2},
    "unmasked": {"mask_padding": False, "conv_layers": 2},
    "average": {"mask_padding": True, "conv_layers": 2, "average_upsampling": True},
    "plain": {"conv_layers": 0},
}
FRAMES = [40, 17, 33, 5]
TOKENS = [12, 17, 50, 1]
"""fewer than frames, as many, more, and one"""


@pytest.mark.parametrize("style", STYLES)
def test_each_text_is_embedded_as_if_alone(style: str) -> None:
    torch.manual_seed(0)
    embedding = TextEmbedding(20, 16, **STYLES[style])
    for parameter in embedding.parameters():  # the response norm starts as nothing
        torch.nn.init.normal_(parameter, std=0.3)
    texts = [torch.randint(0, 20, (count,)) for count in TOKENS]
    with torch.inference_mode():
        together = embed_texts(embedding, texts, FRAMES)
        for i, (text, frames) in enumerate(zip(texts, FRAMES, strict=True)):
            for drop in (False, True):
                alone = embedding(text[None], frames, drop_text=drop)[0]
                assert (together[int(drop), i, :frames] - alone).abs().max() < 1e-6
