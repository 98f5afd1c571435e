"""The non-autoregressive student: a reading, prosody frame by frame, then all mels in one pass.

As FastSpeech 2 (arXiv 2006.04558), with ConvNeXt blocks, and with pitch, voicing and energy at the
rate of the frames, which the mels follow. How long phonemes last and how pitch goes through them is
drawn (`student.models.reading`); the rest follows from that.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from speech.audio.mel import N_MELS
from speech.training.task import Batch
from student.models.acoustic import (
    MEAN_MEL,
    MOST_LAYERS,
    Acoustic,
    AcousticConfig,
    Text,
    duration_losses,
    masked_mean,
    smooth_distance,
)
from student.models.blocks import Stack
from student.models.reading import (
    PLACES,
    Reading,
    ReadingFlow,
    contour_of,
    near_the_middle,
    pitch_of_phonemes,
)

OF_BEFORE = {"reading_layers": 0, "reading_dim": 8, "temperature": 0.0, "expressiveness": 1.0}
"""what a student that was described before readings were drawn does not say of itself"""
PROSODY = 3
"""log pitch, voicing, energy"""


class NarConfig(AcousticConfig):
    """Non-autoregressive: a reading, prosody by frames, then all mels at once."""

    kind: Literal["nar"]
    reading_layers: int = Field(ge=0, le=MOST_LAYERS)
    """of the flow that readings are drawn by; 0: one reading a text, the mean of all, as students of
    before have it"""
    reading_dim: int = Field(ge=8)
    temperature: float = Field(ge=0, le=2)
    """of the noise that a reading is drawn from; 0: the mean"""
    expressiveness: float = Field(ge=0, le=3)
    """how many times as far from its mean a reading's pitch goes as it is drawn"""
    prosody_layers: int = Field(ge=1, le=MOST_LAYERS)
    decoder_layers: int = Field(ge=1, le=MOST_LAYERS)


@dataclass(frozen=True)
class Prosody:
    """By frame (B, N): octaves above `speech.audio.pitch.MIDDLE_HZ`, how sure it is voiced (a logit
    when predicted, 0 or 1 when measured), and the mean of the log-mels."""

    pitch: Tensor
    voiced: Tensor
    energy: Tensor


class NarStudent(Acoustic):
    """Phonemes and a speaker -> (B, N, mels)."""

    def __init__(self, config: NarConfig, vectors: Tensor) -> None:
        super().__init__(config, vectors)
        dim, hidden, condition = config.dim, config.hidden_dim, config.condition_dim
        self.prosody = Stack(config.prosody_layers, dim, hidden, condition)
        self.prosody_out = nn.Linear(dim, PROSODY)
        self.prosody_in = nn.Linear(PROSODY, dim)
        self.decoder = Stack(config.decoder_layers, dim, hidden, condition)
        self.mel_out = nn.Linear(dim, N_MELS)
        nn.init.constant_(self.mel_out.bias, MEAN_MEL)
        self.reading_flow: ReadingFlow | None = None
        self.temperature, self.expressiveness = config.temperature, config.expressiveness
        if config.reading_layers:
            sizes = config.reading_dim, config.reading_layers, condition
            self.reading_flow, self.mean_pitch = ReadingFlow(dim, *sizes), nn.Linear(dim, PLACES)
            self.contour_in = nn.Linear(1, dim, bias=False)
            nn.init.zeros_(self.contour_in.weight)

    def forward(self, batch: Batch, step: int | None = None) -> tuple[dict[str, Tensor], Tensor]:
        """A training batch -> its losses and the mels, given true durations and prosody."""
        text = self.encode(batch["ids"], self.condition(batch["speaker"]))
        x, mask = self.expand(text, batch["durations"], batch["mel"].shape[1])
        heard = Reading(
            batch["durations"].clamp(min=0.5).log(),
            pitch_of_phonemes(
                near_the_middle(batch["pitch"], batch["voiced"] * mask[..., 0]), batch["durations"]
            ),
        )
        losses = self._reading_losses(text, heard, batch)
        predicted = self.predict_prosody(x, text.condition, mask, heard, batch["durations"])
        true = Prosody(batch["pitch"], batch["voiced"], batch["energy"])
        mel = self.decode(x, true, text.condition, mask)
        losses |= _prosody_losses(predicted, true, mask)
        losses["mel"] = smooth_distance(mel, batch["mel"], mask)
        losses["total"] = losses["mel"] + sum(
            weight * losses[name] for name, weight in WEIGHTS.items() if name in losses
        )
        return losses, mel

    def _reading_losses(self, text: Text, heard: Reading, batch: Batch) -> dict[str, Tensor]:
        if self.reading_flow is None:
            return duration_losses(self.durations(text), batch)
        mean, measured = self._mean_reading(text), _by_channel(heard)
        losses = duration_losses(mean[..., 0], batch)
        wrong = (mean - measured)[..., 1:].square()
        losses["mean_pitch"] = masked_mean(wrong, text.mask)
        more = measured - mean.detach()
        given = text.encoded.detach(), text.condition, text.mask
        losses["reading"] = self.reading_flow.loss(*given, more)
        return losses

    def _mean_reading(self, text: Text) -> Tensor:
        """(B, P, 4) of all readings."""
        hidden = self.duration_features(text)
        return torch.cat((self.log_frames(hidden), self.mean_pitch(hidden)), -1).float()

    def reading_of(self, text: Text, generator: torch.Generator) -> Reading:
        if self.reading_flow is None:
            return super().reading_of(text, generator)
        mean = self._mean_reading(text)
        noise = torch.randn(mean.shape, generator=generator, device=mean.device)
        stack, mask = self.reading_flow.stack, text.mask
        drawn = mean + self.reading_flow.draw(
            text.encoded,
            text.condition,
            noise * self.temperature,
            lambda x, condition: stack(x, condition, mask),
        )
        return Reading(drawn[..., 0], drawn[..., 1:]).livelier(self.expressiveness)

    def predict_prosody(
        self, x: Tensor, condition: Tensor, mask: Tensor, reading: Reading, frames: Tensor
    ) -> Prosody:
        """From expanded text (B, N, dim), which it does not train, and how it is read, in phonemes of
        so many frames (B, P)."""
        given = x.detach()
        if self.reading_flow is not None:
            assert reading.pitch is not None
            contour = contour_of(reading.pitch, frames, x.shape[1])
            given = given + self.contour_in(contour.unsqueeze(-1)) * mask
        pitch, voiced, energy = (
            self.prosody_out(self.prosody(given, condition, mask)).float().unbind(-1)
        )
        if self.reading_flow is not None:
            pitch = pitch + contour
        return Prosody(pitch, voiced, energy + MEAN_MEL)

    def decode(self, x: Tensor, prosody: Prosody, condition: Tensor, mask: Tensor) -> Tensor:
        """Expanded text and prosody, `voiced` between 0 and 1 -> (B, N, mels)."""
        given = (prosody.pitch * prosody.voiced, prosody.voiced, prosody.energy - MEAN_MEL)
        x = (x + self.prosody_in(torch.stack(given, -1))) * mask
        return self.mel_out(self.decoder(x, condition, mask))

    def speak(
        self, text: Text, reading: Reading, frames: Tensor, generator: torch.Generator
    ) -> Tensor:
        """The vocoder finds the pitch in these mels; given the predicted pitch, it was 0.12
        of DistillMOS worse (docs/students.md)."""
        x, mask = self.expand(text, frames, int(frames.sum(1).max()))
        prosody = self.predict_prosody(x, text.condition, mask, reading, frames)
        given = Prosody(prosody.pitch, (prosody.voiced > 0).to(x.dtype), prosody.energy)
        return self.decode(x, given, text.condition, mask)


WEIGHTS = {
    "durations": 0.5,
    "pitch": 1.0,
    "voicing": 0.2,
    "energy": 0.2,
    "mean_pitch": 1.0,
    "reading": 1.0,
}


def _by_channel(reading: Reading) -> Tensor:
    """(B, P, 4)."""
    assert reading.pitch is not None
    return torch.cat((reading.log_frames.unsqueeze(-1), reading.pitch), -1)


def _prosody_losses(predicted: Prosody, true: Prosody, mask: Tensor) -> dict[str, Tensor]:
    voiced = true.voiced.unsqueeze(-1) * mask
    wrong = F.binary_cross_entropy_with_logits(predicted.voiced, true.voiced, reduction="none")
    return {
        "pitch": masked_mean((predicted.pitch - true.pitch).abs().unsqueeze(-1), voiced),
        "voicing": masked_mean(wrong.unsqueeze(-1), mask),
        "energy": masked_mean((predicted.energy - true.energy).abs().unsqueeze(-1), mask),
    }
