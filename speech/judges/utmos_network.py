"""The network of UTMOS's strong learner (Saeki et al., 2022, arXiv 2204.02152) around transformers'
wav2vec 2.0, from weights under the names that github.com/tarepan/SpeechMOS gave them."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from transformers import Wav2Vec2Config, Wav2Vec2Model

HEAD_SIZE = 64
STRIDES = (5, 2, 2, 2, 2, 2, 2)
"""of wav2vec 2.0, whose other sizes can be read off its weights"""
NAMES = {
    r"\.mask_emb$": ".masked_spec_embed",
    r"(conv_layers\.\d+)\.0\.": r"\1.conv.",
    r"(conv_layers\.\d+)\.2\.": r"\1.layer_norm.",
    r"^wav2vec2\.layer_norm\.": "wav2vec2.feature_projection.layer_norm.",
    r"\.post_extract_proj\.": ".feature_projection.projection.",
    r"\.pos_conv\.0\.weight_g$": ".pos_conv_embed.conv.parametrizations.weight.original0",
    r"\.pos_conv\.0\.weight_v$": ".pos_conv_embed.conv.parametrizations.weight.original1",
    r"\.pos_conv\.0\.bias$": ".pos_conv_embed.conv.bias",
    r"\.self_attn\.": ".attention.",
    r"\.self_attn_layer_norm\.": ".layer_norm.",
    r"\.fc1\.": ".feed_forward.intermediate_dense.",
    r"\.fc2\.": ".feed_forward.output_dense.",
}
"""SpeechMOS's, as patterns, and transformers'"""


class UtmosNetwork(nn.Module):
    """wav2vec 2.0, a BLSTM over its frames beside who listens to what, and the mean of its scores."""

    def __init__(
        self, wav2vec2: Wav2Vec2Config, embedding: int, hidden: int, projected: int
    ) -> None:
        super().__init__()
        self.wav2vec2 = Wav2Vec2Model(wav2vec2)
        self.domain_emb = nn.Parameter(torch.zeros(1, embedding))
        self.judge_emb = nn.Parameter(torch.zeros(1, embedding))
        width = wav2vec2.hidden_size + 2 * embedding
        self.blstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.projection = nn.Sequential(
            nn.Linear(2 * hidden, projected), nn.ReLU(), nn.Linear(projected, 1)
        )

    def forward(self, wave: Tensor) -> Tensor:
        """(batch, samples) at 16 kHz -> (batch,) scores from 1 to 5."""
        heard = self.wav2vec2(wave).last_hidden_state
        context = torch.cat([self.domain_emb, self.judge_emb], dim=1)[:, None]
        frames = torch.cat([heard, context.expand(*heard.shape[:2], -1)], dim=2)
        scores = self.projection(self.blstm(frames)[0])[..., 0]
        return scores.mean(dim=1) * 2 + 3


def network_of(state: Mapping[str, Tensor]) -> UtmosNetwork:
    """The network that fits SpeechMOS's weights, with them.

    Raises:
        KeyError, RuntimeError: weights are missing, or too many.
    """
    network = UtmosNetwork(
        _backbone(state),
        embedding=state["domain_emb"].shape[1],
        hidden=state["blstm.weight_hh_l0"].shape[1],
        projected=state["projection.0.weight"].shape[0],
    )
    network.load_state_dict({_renamed(name): weight for name, weight in state.items()})
    return network.eval().requires_grad_(False)


def _backbone(state: Mapping[str, Tensor]) -> Wav2Vec2Config:
    convolutions = [
        state[f"wav2vec2.feature_extractor.conv_layers.{i}.0.weight"].shape
        for i in range(len(STRIDES))
    ]
    width = state["wav2vec2.post_extract_proj.weight"].shape[0]
    layers = {name.split(".")[3] for name in state if name.startswith("wav2vec2.encoder.layers.")}
    return Wav2Vec2Config(
        hidden_size=width,
        num_hidden_layers=len(layers),
        num_attention_heads=width // HEAD_SIZE,
        intermediate_size=state["wav2vec2.encoder.layers.0.fc1.weight"].shape[0],
        conv_dim=[shape[0] for shape in convolutions],
        conv_kernel=[shape[2] for shape in convolutions],
        conv_stride=list(STRIDES),
        num_conv_pos_embeddings=state["wav2vec2.encoder.pos_conv.0.weight_v"].shape[2],
        num_conv_pos_embedding_groups=width
        // state["wav2vec2.encoder.pos_conv.0.weight_v"].shape[1],
    )


def _renamed(name: str) -> str:
    for pattern, replacement in NAMES.items():
        name = re.sub(pattern, replacement, name)
    return name
