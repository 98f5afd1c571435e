"""The non-autoregressive student: prosody frame by frame, then all mels in one pass.

As FastSpeech 2 (arXiv 2006.04558), with ConvNeXt blocks, and with pitch, voicing and energy at the
rate of the frames: the pulses of the vocoder follow this pitch.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from speech.audio.mel import N_MELS
from speech.audio.pitch import hertz_of
from speech.training.task import Batch
from student.models.acoustic import (
    MEAN_MEL,
    MOST_LAYERS,
    Acoustic,
    AcousticConfig,
    duration_losses,
    masked_mean,
    smooth_distance,
)
from student.models.blocks import Stack

PROSODY = 3
"""log pitch, voicing, energy"""


class NarConfig(AcousticConfig):
    """Non-autoregressive: prosody by frames, then all mels at once."""

    kind: Literal["nar"]
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

    def forward(self, batch: Batch, step: int | None = None) -> tuple[dict[str, Tensor], Tensor]:
        """A training batch -> its losses and the mels, given true durations and prosody."""
        text = self.encode(batch["ids"], self.condition(batch["speaker"]))
        x, mask = self.expand(text, batch["durations"], batch["mel"].shape[1])
        predicted = self.predict_prosody(x, text.condition, mask)
        true = Prosody(batch["pitch"], batch["voiced"], batch["energy"])
        mel = self.decode(x, true, text.condition, mask)
        losses = duration_losses(self.durations(text), batch)
        losses |= _prosody_losses(predicted, true, mask)
        losses["mel"] = smooth_distance(mel, batch["mel"], mask)
        losses["total"] = losses["mel"] + sum(
            weight * losses[name] for name, weight in WEIGHTS.items()
        )
        return losses, mel

    def predict_prosody(self, x: Tensor, condition: Tensor, mask: Tensor) -> Prosody:
        """From expanded text (B, N, dim), which it does not train."""
        out = self.prosody_out(self.prosody(x.detach(), condition, mask)).float()
        pitch, voiced, energy = out.unbind(-1)
        return Prosody(pitch, voiced, energy + MEAN_MEL)

    def decode(self, x: Tensor, prosody: Prosody, condition: Tensor, mask: Tensor) -> Tensor:
        """Expanded text and prosody, `voiced` between 0 and 1 -> (B, N, mels)."""
        given = (prosody.pitch * prosody.voiced, prosody.voiced, prosody.energy - MEAN_MEL)
        x = (x + self.prosody_in(torch.stack(given, -1))) * mask
        return self.mel_out(self.decoder(x, condition, mask))

    def speak(
        self, ids: Tensor, condition: Tensor, frames: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        text = self.encode(ids, condition)
        x, mask = self.expand(text, frames, int(frames.sum(1).max()))
        prosody = self.predict_prosody(x, condition, mask)
        voiced = prosody.voiced > 0
        given = Prosody(prosody.pitch, voiced.to(x.dtype), prosody.energy)
        return self.decode(x, given, condition, mask), hertz_of(prosody.pitch) * voiced


WEIGHTS = {"durations": 0.5, "pitch": 1.0, "voicing": 0.2, "energy": 0.2}


def _prosody_losses(predicted: Prosody, true: Prosody, mask: Tensor) -> dict[str, Tensor]:
    voiced = true.voiced.unsqueeze(-1) * mask
    wrong = F.binary_cross_entropy_with_logits(predicted.voiced, true.voiced, reduction="none")
    return {
        "pitch": masked_mean((predicted.pitch - true.pitch).abs().unsqueeze(-1), voiced),
        "voicing": masked_mean(wrong.unsqueeze(-1), mask),
        "energy": masked_mean((predicted.energy - true.energy).abs().unsqueeze(-1), mask),
    }
