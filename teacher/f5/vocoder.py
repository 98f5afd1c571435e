"""From mel to waveform: the embedded pulse vocoder, Vocos from constants, or Griffin-Lim."""

import torch
import torchaudio
from torch import Tensor, nn

from speech.audio.mel import HOP_LENGTH, LOG_FLOOR, N_FFT, N_MELS, mel_inverse
from speech.errors import InputError
from speech.training.weights import reading
from speech.vocoder.network import RESIDUAL, PulseVocoder
from teacher.checkpoint import weights_file
from teacher.f5.config import GriffinLimConfig, NeuralVocoderConfig, VocoderConfig


class GriffinLim(nn.Module):
    """Least-squares magnitudes, then Griffin-Lim from zero phase, so that it is deterministic."""

    inverse: Tensor
    window: Tensor

    def __init__(self, config: GriffinLimConfig) -> None:
        super().__init__()
        self.register_buffer("inverse", mel_inverse())
        self.register_buffer("window", torch.hann_window(N_FFT))
        self.iterations = config.iterations

    def forward(self, mel: Tensor) -> Tensor:
        """(frames, mels) log magnitudes -> ((frames - 1) * hop,) samples."""
        magnitude = (self.inverse @ mel.T.exp()).clamp(min=LOG_FLOOR)
        return torchaudio.functional.griffinlim(
            magnitude,
            window=self.window,
            n_fft=N_FFT,
            hop_length=HOP_LENGTH,
            win_length=N_FFT,
            power=1.0,
            n_iter=self.iterations,
            momentum=0.99,
            length=None,
            rand_init=False,
        )


class Vocos(nn.Module):
    """Vocos (arXiv 2306.00814). Its own loader imports whatever class a downloaded file names."""

    def __init__(self, dim: int, intermediate_dim: int, layers: int) -> None:
        super().__init__()
        from vocos.heads import ISTFTHead
        from vocos.models import VocosBackbone

        self.backbone = VocosBackbone(N_MELS, dim, intermediate_dim, layers)
        self.head = ISTFTHead(dim, N_FFT, HOP_LENGTH, padding="center")

    def forward(self, mel: Tensor) -> Tensor:
        """(frames, mels) log magnitudes -> ((frames - 1) * hop,) samples, or (B, ...) of both."""
        batch = mel if mel.ndim == 3 else mel[None]
        features = self.backbone(batch.transpose(1, 2))
        with torch.autocast(mel.device.type, enabled=False):  # Fourier transforms are of float32
            waves = self.head(features.float())
        return waves if mel.ndim == 3 else waves[0]


def new_vocoder(config: NeuralVocoderConfig) -> nn.Module:
    """Of this kind and shape, untrained."""
    kind = PulseVocoder if config.kind == "pulse" else Vocos
    return kind(config.dim, config.intermediate_dim, config.layers)


def load_vocoder(config: NeuralVocoderConfig) -> nn.Module:
    """Raises InputError where the weights are not of this kind and shape; whether a pulse vocoder has
    a residual is theirs to say."""
    vocoder = new_vocoder(config)
    state = _read_state(str(weights_file(config.weights, config.sha256)))
    kept = {k: v.float() for k, v in state.items() if not k.startswith("feature_extractor.")}
    if isinstance(vocoder, PulseVocoder) and RESIDUAL in kept:
        vocoder.add_residual()
    try:
        vocoder.load_state_dict(kept, strict=True)
    except RuntimeError as error:
        reason = str(error).splitlines()[1].strip()
        raise InputError(f"vocoder weights {config.weights} do not fit: {reason}") from error
    return vocoder


def _read_state(path: str) -> dict[str, Tensor]:
    if path.endswith(".safetensors"):
        from safetensors.torch import load_file

        with reading(path):
            return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def build_vocoder(config: VocoderConfig) -> nn.Module:
    vocoder = GriffinLim(config) if isinstance(config, GriffinLimConfig) else load_vocoder(config)
    return vocoder.eval().requires_grad_(False)
