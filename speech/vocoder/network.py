"""A vocoder that filters pulses and noise: speech from very little training.

What takes a vocoder long to learn is phase. Here the phase of voiced speech comes from a train of
pulses at a pitch that is predicted from the mel, so only smooth things are left to learn: how loud
each frequency of the pulses and of white noise is at each frame, and by how much it is delayed.
What neither can say (onsets, beating harmonics) is a residual: a spectrum of free magnitude and phase.
(As hibari-tts 0.2.1 and, before it, the neural source-filter model, arXiv 1904.12088.)
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from speech.audio.mel import HOP_LENGTH, N_FFT, N_MELS, SAMPLE_RATE, mel_inverse
from speech.audio.pitch import HIGHEST_HZ, LOWEST_HZ

BINS = N_FFT // 2 + 1
SMALLEST = 1e-4
NOISE_START = -2.0
"""log level of the noise against the spectrum, before training"""
RESIDUAL = "residual.weight"
"""what is among the weights of a vocoder with a residual, and of no other"""

DECIMATION = 4
"""of the sample rate, at which a spectrum is made consistent"""
POLISH = 8
"""rounds of Griffin-Lim after the filter"""
MEL_SHARE = 0.25
MOMENTUM = 0.99


class PulseVocoder(nn.Module):
    """Log-mels to waves, through the backbone of Vocos (arXiv 2306.00814)."""

    window: Tensor
    inverse: Tensor

    def __init__(
        self, dim: int, intermediate_dim: int, layers: int, residual: bool = False
    ) -> None:
        super().__init__()
        from vocos.models import VocosBackbone

        self.backbone = VocosBackbone(N_MELS, dim, intermediate_dim, layers)
        self.spectra = nn.Linear(dim, 3 * BINS)
        self.pitch = nn.Linear(dim, 1)
        nn.init.zeros_(self.spectra.weight)
        with torch.no_grad():
            self.spectra.bias.zero_()
            self.spectra.bias[BINS : 2 * BINS] = NOISE_START
        self.residual: nn.Linear | None = None
        if residual:
            self.add_residual()
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)
        self.register_buffer("inverse", mel_inverse(), persistent=False)

    def add_residual(self) -> None:
        """Give it a residual, where it has none. Its real and imaginary parts begin at 0: nothing is
        heard of it before it is trained, and yet it has a gradient."""
        if self.residual is None:
            self.residual = nn.Linear(self.spectra.in_features, 2 * BINS)
            nn.init.zeros_(self.residual.weight)
            nn.init.zeros_(self.residual.bias)

    def forward(self, mel: Tensor) -> Tensor:
        """(frames, mels) log magnitudes -> ((frames - 1) * hop,) samples, or (B, ...) of both."""
        batch = mel if mel.ndim == 3 else mel[None]
        waves = self._istft(self._spoken(batch), _samples(batch))
        waves = self.polished(batch, waves, POLISH)
        return waves if mel.ndim == 3 else waves[0]

    def speak(self, mel: Tensor) -> Tensor:
        """(B, frames, mels) -> (B, (frames - 1) * hop), made consistent in place of the polish, which
        is worth no more to a student and takes many times as long (docs/students.md)."""
        return self._istft(self.consistent(self._spoken(mel)), _samples(mel))

    def _spoken(self, mel: Tensor) -> Tensor:
        """(B, frames, mels) -> the spectrum (B, bins, frames)."""
        generator = torch.Generator().manual_seed(0)  # equal mels sound equal
        noise = torch.randn(_samples(mel), generator=generator).to(mel.device)
        features = self.features(mel)
        return self.spectrum(mel, features, self.pitch_hz(features), noise.expand(len(mel), -1))

    def features(self, mel: Tensor) -> Tensor:
        return self.backbone(mel.transpose(1, 2))

    def pitch_hz(self, features: Tensor) -> Tensor:
        """(B, frames) in the range that `speech.audio.pitch` finds."""
        low, high = math.log(LOWEST_HZ), math.log(HIGHEST_HZ)
        share = self.pitch(features).float()[..., 0].sigmoid()
        return (low + (high - low) * share).exp()

    def waves(self, mel: Tensor, features: Tensor, hertz: Tensor, noise: Tensor) -> Tensor:
        """Pulses at `hertz` (B, frames) and `noise` (B, samples), filtered frame by frame."""
        return self._istft(self.spectrum(mel, features, hertz, noise), _samples(mel))

    def spectrum(self, mel: Tensor, features: Tensor, hertz: Tensor, noise: Tensor) -> Tensor:
        """(B, bins, frames) of `waves`, before the frames are added."""
        voiced, unvoiced, delay = self.spectra(features).float().chunk(3, dim=-1)
        with torch.autocast(mel.device.type, enabled=False):
            magnitudes = self._magnitudes(mel.float())
            level = magnitudes.log()
            gain = torch.polar((level + voiced).exp(), math.pi * delay.tanh()).transpose(1, 2)
            hiss = (level + unvoiced).exp().transpose(1, 2)
            spectrum = gain * self._stft(pulses(hertz) / self.window.sum())
            spectrum = spectrum + hiss * self._stft(noise / self.window.square().sum().sqrt())
            if self.residual is not None:
                parts = self.residual(features.float()).unflatten(-1, (BINS, 2))
                spectrum = spectrum + (magnitudes * torch.view_as_complex(parts)).transpose(1, 2)
            return spectrum

    def consistent(self, spectrum: Tensor) -> Tensor:
        """(B, bins, frames) nearer to a spectrum that a wave has: below 3 kHz the phases that are heard
        once all frames are added, and magnitudes half-way (of their logarithms) to what is heard.

        Frames that disagree take magnitude from each other ("Fast signal reconstruction from magnitude
        STFT spectrogram based on spectrogram consistency", Le Roux et al., DAFx 2010). Higher up it is
        worth nothing, so a quarter of the sample rate is enough.
        """
        size, hop = N_FFT // DECIMATION, HOP_LENGTH // DECIMATION
        window = torch.hann_window(size, device=spectrum.device)
        low = spectrum[:, : size // 2 + 1]
        wave = torch.istft(low, size, hop, window=window, length=(low.shape[-1] - 1) * hop)
        heard = torch.stft(wave, size, hop, window=window, return_complex=True)[:, :-1]
        wanted = low[:, :-1].abs().clamp(min=SMALLEST)
        ratio = (wanted / heard.abs().clamp(min=SMALLEST)).sqrt()
        return torch.cat((heard * ratio, spectrum[:, size // 2 :]), 1)

    def polished(self, mel: Tensor, waves: Tensor, rounds: int) -> Tensor:
        """A few rounds of Griffin-Lim from the waves' own phase, towards magnitudes that lie between
        theirs and the mel's (B, frames, mels): 0.1 of DistillMOS on what f5-mini says."""
        level = self._magnitudes(mel).transpose(1, 2)
        spectrum = self._stft(waves)
        wanted = level**MEL_SHARE * spectrum.abs().clamp(min=SMALLEST) ** (1 - MEL_SHARE)
        before = torch.zeros_like(spectrum)
        for _ in range(rounds):
            ahead = spectrum - MOMENTUM / (1 + MOMENTUM) * before
            before = spectrum
            guess = wanted * ahead / ahead.abs().clamp(min=1e-9)
            spectrum = self._stft(self._istft(guess, waves.shape[-1]))
        return self._istft(wanted * spectrum / spectrum.abs().clamp(min=1e-9), waves.shape[-1])

    def _magnitudes(self, mel: Tensor) -> Tensor:
        """(B, frames, mels) -> (B, frames, bins), the mel's own, of least squares."""
        return (mel.exp() @ self.inverse.T).clamp(min=SMALLEST)

    def _stft(self, waves: Tensor) -> Tensor:
        return torch.stft(waves, N_FFT, HOP_LENGTH, window=self.window, return_complex=True)

    def _istft(self, spectrum: Tensor, samples: int) -> Tensor:
        return torch.istft(spectrum, N_FFT, HOP_LENGTH, window=self.window, length=samples)


def pulses(hertz: Tensor) -> Tensor:
    """(B, frames) -> (B, (frames - 1) * hop): every harmonic below half the sample rate, in phase.

    The sum 1 + 2 cos(x) + 2 cos(2x) + ... in closed form (the Dirichlet kernel), so that nothing
    aliases, as single samples at whole places would.
    """
    samples = (hertz.shape[1] - 1) * HOP_LENGTH
    smooth = F.interpolate(hertz[:, None], size=samples + HOP_LENGTH, mode="linear")[:, 0]
    smooth = smooth[:, HOP_LENGTH // 2 : HOP_LENGTH // 2 + samples]
    turns = (smooth.double() / SAMPLE_RATE).cumsum(-1) % 1.0
    harmonics = (SAMPLE_RATE / 2 / smooth).floor().double()
    half = math.pi * turns
    bottom = half.sin()
    kernel = ((2 * harmonics + 1) * half).sin() / torch.where(bottom.abs() < 1e-6, 1.0, bottom)
    return torch.where(bottom.abs() < 1e-6, 2 * harmonics + 1, kernel).float()


def _samples(mel: Tensor) -> int:
    return (mel.shape[-2] - 1) * HOP_LENGTH


def load_pulse_vocoder(weights: Mapping[str, Tensor]) -> PulseVocoder:
    """Sizes are read from the weights, and whether there is a residual; raises ValueError where they
    are not of this kind."""
    layers = {key.split(".")[2] for key in weights if key.startswith("backbone.convnext.")}
    if not layers or "spectra.weight" not in weights:
        raise ValueError("these are not the weights of a pulse vocoder")
    hidden, dim = weights["backbone.convnext.0.pwconv1.weight"].shape
    vocoder = PulseVocoder(dim, hidden, len(layers), RESIDUAL in weights)
    return with_weights(vocoder, weights).eval().requires_grad_(False)


def with_weights(vocoder: PulseVocoder, weights: Mapping[str, Tensor]) -> PulseVocoder:
    """The same with other weights. A residual that they do not have stays as it is; raises RuntimeError
    where they do not fit otherwise."""
    own = {k: v for k, v in vocoder.state_dict().items() if k.startswith("residual.")}
    vocoder.load_state_dict(own | {key: value.float() for key, value in weights.items()})
    return vocoder
