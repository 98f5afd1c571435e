"""Judges of the hub in small, drawn at random: folders as the hub's, of a few hundred kB."""

import re
from hashlib import sha256
from pathlib import Path

import torch
import torchaudio
from torch import Tensor, nn
from transformers import Wav2Vec2FeatureExtractor, WavLMConfig, WavLMForXVector

CONVOLUTIONS = [(32, 10, 5), *[(32, 3, 2)] * 4, *[(32, 2, 2)] * 2]
"""channels, kernel and stride of wav2vec 2.0, with 512 channels there"""
POSITIONS = r"encoder\.transformer\.pos_conv_embed\.conv\."
FAIRSEQ = {
    r"encoder\.feature_projection\.layer_norm\.": "layer_norm.",
    r"encoder\.feature_projection\.projection\.": "post_extract_proj.",
    POSITIONS + r"bias": "encoder.pos_conv.0.bias",
    POSITIONS + r"parametrizations\.weight\.original0": "encoder.pos_conv.0.weight_g",
    POSITIONS + r"parametrizations\.weight\.original1": "encoder.pos_conv.0.weight_v",
    r"encoder\.transformer\.": "encoder.",
    r"(conv_layers\.\d)\.conv\.": r"\1.0.",
    r"(conv_layers\.\d)\.layer_norm\.": r"\1.2.",
    r"(encoder\.layers\.\d)\.layer_norm\.": r"\1.self_attn_layer_norm.",
    r"\.attention\.": ".self_attn.",
    r"\.feed_forward\.intermediate_dense\.": ".fc1.",
    r"\.feed_forward\.output_dense\.": ".fc2.",
}
"""torchaudio's names, as patterns, and fairseq's, which SpeechMOS kept"""


def write_wavlm(folder: Path) -> str:
    """A WavLMForXVector; the SHA-256 of its model.safetensors."""
    config = WavLMConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        conv_dim=[channels for channels, _, _ in CONVOLUTIONS],
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
        tdnn_dim=[16, 16, 16, 16, 48],
        xvector_output_dim=24,
    )
    torch.manual_seed(0)
    WavLMForXVector(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(folder)
    return sha256((folder / "model.safetensors").read_bytes()).hexdigest()


class TinyUtmos(nn.Module):
    """UTMOS's strong learner as its paper has it, around torchaudio's wav2vec 2.0."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.wav2vec2 = torchaudio.models.wav2vec2_model(
            extractor_mode="group_norm",
            extractor_conv_layer_config=CONVOLUTIONS,
            extractor_conv_bias=False,
            encoder_embed_dim=64,
            encoder_projection_dropout=0.0,
            encoder_pos_conv_kernel=16,
            encoder_pos_conv_groups=4,
            encoder_num_layers=2,
            encoder_num_heads=1,
            encoder_attention_dropout=0.0,
            encoder_ff_interm_features=96,
            encoder_ff_interm_dropout=0.0,
            encoder_dropout=0.0,
            encoder_layer_norm_first=False,
            encoder_layer_drop=0.0,
            aux_num_out=None,
        )
        self.domain_emb, self.judge_emb = (nn.Parameter(torch.randn(1, 8)) for _ in range(2))
        self.blstm = nn.LSTM(64 + 8 + 8, 12, batch_first=True, bidirectional=True)
        self.projection = nn.Sequential(nn.Linear(24, 20), nn.ReLU(), nn.Linear(20, 1))
        nn.init.normal_(self.projection[2].weight)
        self.eval()

    @torch.no_grad()
    def forward(self, wave: Tensor) -> float:
        """(samples,) at 16 kHz."""
        heard = self.wav2vec2(wave[None])[0][0]
        context = torch.cat([self.domain_emb, self.judge_emb], 1).expand(len(heard), -1)
        hidden, _ = self.blstm(torch.cat([heard, context], 1)[None])
        return (self.projection(hidden).mean() * 2 + 3).item()

    def released(self) -> dict[str, Tensor]:
        """Its weights under the names that SpeechMOS gave them."""
        state = {"wav2vec2.mask_emb": torch.zeros(64)}
        for name, weight in self.state_dict().items():
            for theirs, fairseq in FAIRSEQ.items():
                name = re.sub(theirs, fairseq, name)
            state[name] = weight
        return state


def write_utmos(path: Path) -> str:
    """The SHA-256 of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(TinyUtmos().released(), path)
    return sha256(path.read_bytes()).hexdigest()
