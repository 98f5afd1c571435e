"""The autoregressive student: mels a few frames at a time, each from those before it.

MELL-E (arXiv 2407.08551) on text that is aligned to the frames beforehand: the decoder need not find
its place in the text, and the durations say where the end is. Mels are `MEAN_MEL` less in here.
"""

from typing import Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from speech.audio.mel import N_MELS
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
from student.models.ar_decoder import CausalTransformer
from student.models.ar_latent import Latent, LatentHead, kl_to_truth
from student.models.ar_nets import PostNet, PreNet

DURATIONS_WEIGHT = 0.5
STOP_WEIGHT = 100.0
"""of the one step at which a clip ends, against each before it"""
LONGEST_SHARE = 1.5
"""of the predicted length: where a stop head that never says so is stopped"""


class ArConfig(AcousticConfig):
    """Autoregressive: mels some frames at a time, each drawn after those before it."""

    kind: Literal["ar"]
    decoder_layers: int = Field(ge=1, le=MOST_LAYERS)
    heads: int = Field(ge=1)
    reduction: int = Field(ge=1)
    """frames a step"""
    prenet_dim: int = Field(ge=1)
    prenet_dropout: float = Field(ge=0, lt=1)
    """when it speaks as well"""
    postnet_dim: int = Field(ge=1)
    sampling: bool
    """draw mels from a distribution; false: take its mean, and there is no KL"""
    kl_weight: float = Field(ge=0)
    kl_from: int = Field(ge=0)
    """the step from which the KL counts"""
    flux_weight: float = Field(ge=0)
    """of a reward for each frame's distance from the one before it"""
    stop: Literal["durations", "head"]
    """what ends a clip: the lengths of its phonemes, or a decision at each step"""

    @model_validator(mode="after")
    def _heads_are_of_pairs(self) -> "ArConfig":
        if self.dim % (2 * self.heads):
            raise ValueError(f"dim {self.dim} must be a multiple of twice {self.heads} heads")
        return self


class ArStudent(Acoustic):
    """Phonemes and a speaker -> (B, N, mels)."""

    config: ArConfig

    def __init__(self, config: ArConfig, vectors: Tensor) -> None:
        super().__init__(config, vectors)
        dim, step_size = config.dim, config.reduction * N_MELS
        self.start = nn.Parameter(torch.zeros(step_size))
        self.prenet = PreNet(step_size, config.prenet_dim, dim, config.prenet_dropout)
        self.text = nn.Linear(config.reduction * dim, dim)
        self.decoder = CausalTransformer(
            config.decoder_layers, dim, config.hidden_dim, config.heads, config.condition_dim
        )
        self.latent = LatentHead(dim, step_size, config.sampling)
        self.stop = nn.Linear(dim, 1) if config.stop == "head" else None
        self.postnet = PostNet(N_MELS, config.postnet_dim)

    def forward(self, batch: Batch, step: int | None = None) -> tuple[dict[str, Tensor], Tensor]:
        """A training batch -> its losses and the mels, given true durations and the true mels
        before each step."""
        text = self.encode(batch["ids"], self.condition(batch["speaker"]))
        x, mask = self.expand(text, batch["durations"], batch["mel"].shape[1])
        truth = batch["mel"] - MEAN_MEL
        hidden = self.decode(self.grouped(x), self.grouped(truth), text.condition)
        latent = self.latent(hidden, None)
        mel = self.postnet(self.by_frames(latent.coarse)[:, : truth.shape[1]], mask)
        losses = duration_losses(self.durations(text), batch)
        losses |= self._mel_losses(latent, mel, truth, mask)
        if self.stop is not None:
            losses["stop"] = stop_loss(self.stop(hidden), mask[:, :: self.config.reduction])
        losses["total"] = sum(
            (weight * losses[name] for name, weight in self._weights(step).items()),
            start=torch.zeros((), device=mel.device),
        )
        return losses, mel + MEAN_MEL

    def decode(self, text: Tensor, mels: Tensor, condition: Tensor) -> Tensor:
        """Of each step the text (B, T, r * dim) and the true mels (B, T, r * mels) -> states
        (B, T, dim), each from the mels of earlier steps alone."""
        start = self.start.expand(len(mels), 1, -1)
        before = torch.cat((start, mels[:, :-1]), 1)
        return self.decoder(self.prenet(before, None) + self.text(text), condition)

    def speak(
        self, ids: Tensor, condition: Tensor, frames: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, None]:
        """With a stop head, the mels of a batch are as long as its longest."""
        text = self.encode(ids, condition)
        x, mask = self.expand(text, frames, int(frames.sum(1).max()))
        if self.stop is not None:
            x = held(x, mask, int(LONGEST_SHARE * x.shape[1]))
        coarse = self.by_frames(self.generate(self.grouped(x), condition, generator))
        if self.stop is not None:
            mask = coarse.new_ones(*coarse.shape[:2], 1)
        return self.postnet(coarse[:, : mask.shape[1]], mask) + MEAN_MEL, None

    def generate(self, text: Tensor, condition: Tensor, generator: torch.Generator) -> Tensor:
        """(B, T, r * dim) -> mels before the post-net (B, T or fewer, r * mels), step by step."""
        given = self.text(text)
        memory = self.decoder.begin(condition, given.shape[1])
        drawn = [self.start.expand(len(given), 1, -1)]
        ended = torch.zeros(len(given), dtype=torch.bool, device=given.device)
        for here in given.split(1, dim=1):
            hidden = self.decoder.step(self.prenet(drawn[-1], generator) + here, memory)
            drawn.append(self.latent(hidden, generator).coarse)
            if self.stop is not None:
                ended |= self.stop(hidden)[:, 0, 0] > 0
                if ended.all():
                    break
        return torch.cat(drawn[1:], 1)

    def grouped(self, x: Tensor) -> Tensor:
        """(B, N, size) -> (B, T, r * size), the last step filled up with zeros."""
        r = self.config.reduction
        return F.pad(x, (0, 0, 0, -x.shape[1] % r)).reshape(len(x), -1, r * x.shape[2])

    def by_frames(self, groups: Tensor) -> Tensor:
        """(B, T, r * mels) -> (B, T * r, mels)."""
        return groups.reshape(len(groups), -1, N_MELS)

    def _mel_losses(
        self, latent: Latent, mel: Tensor, truth: Tensor, mask: Tensor
    ) -> dict[str, Tensor]:
        coarse = self.by_frames(latent.coarse)[:, : truth.shape[1]]
        kl = self.by_frames(kl_to_truth(latent, self.grouped(truth)))[:, : truth.shape[1]]
        # not of the mean, as MELL-E has it: that runs away, and the MLP after it brings it back
        flux = (coarse[:, 1:] - truth[:, :-1]).abs()
        return {
            "coarse": smooth_distance(coarse, truth, mask),
            "mel": smooth_distance(mel, truth, mask),
            "kl": masked_mean(kl, mask),
            "flux": -masked_mean(flux, mask[:, 1:]),
        }

    def _weights(self, step: int | None) -> dict[str, float]:
        config = self.config
        weights = {"coarse": 1.0, "mel": 1.0, "durations": DURATIONS_WEIGHT}
        weights["flux"] = config.flux_weight
        if config.sampling and (step is None or step >= config.kl_from):
            weights["kl"] = config.kl_weight
        if self.stop is not None:
            weights["stop"] = 1.0
        return weights


def held(x: Tensor, mask: Tensor, length: int) -> Tensor:
    """(B, N, dim) -> (B, length, dim): the last valid frame goes on."""
    places = torch.arange(length, device=x.device).expand(len(x), -1)
    last = mask[..., 0].sum(1).long().unsqueeze(1) - 1
    return x.gather(1, places.minimum(last).unsqueeze(-1).expand(-1, -1, x.shape[2]))


def stop_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """Steps (B, T, 1) of logits, and the mask of those that a clip has; it ends with its last."""
    ends = mask - F.pad(mask[:, 1:], (0, 0, 0, 1))
    weight = torch.full((), STOP_WEIGHT, device=logits.device)
    wrong = F.binary_cross_entropy_with_logits(
        logits.float(), ends.float(), pos_weight=weight, reduction="none"
    )
    return masked_mean(wrong, mask)
