"""What the autoregressive students share: steps of frames, each from those before it.

On text that is aligned to the frames beforehand: the decoder need not find its place in the text,
and the durations say where the end is. Mels are `MEAN_MEL` less in here.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from speech.audio import FEWEST_FRAMES
from speech.audio.mel import N_MELS
from speech.training.task import Batch
from student.models.acoustic import (
    MEAN_MEL,
    Acoustic,
    Text,
    duration_losses,
    masked_mean,
    smooth_distance,
)
from student.models.ar_config import ArConfig
from student.models.ar_decoder import CausalTransformer
from student.models.ar_nets import PostNet, PreNet
from student.models.reading import Reading

DURATIONS_WEIGHT = 0.5
STOP_WEIGHT = 100.0
"""of the one step at which a clip ends, against each before it"""
LONGEST_SHARE = 1.5
"""of the predicted length: where a stop head that never says so is stopped"""


class Autoregressive(Acoustic):
    """Phonemes and a speaker -> (B, N, mels). What a step says is its head's: `add_head`, `read`,
    `draw`."""

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
        self.add_head(dim, step_size)
        self.stop = nn.Linear(dim, 1) if config.stop == "head" else None
        self.postnet = PostNet(N_MELS, config.postnet_dim)

    def add_head(self, dim: int, step_size: int) -> None:
        """What reads a state (dim) as the mels of a step."""
        raise NotImplementedError

    def known(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """True mels -> those that are learnt, and those that steps are told of what was before them;
        all (B, N, mels)."""
        return mel, mel

    def read(self, hidden: Tensor, truth: Tensor, mask: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """States (B, T, dim) -> mels before the post-net (B, N, mels), and the head's losses."""
        raise NotImplementedError

    def draw(
        self, hidden: Tensor, before: Sequence[Tensor], generator: torch.Generator | None
    ) -> Tensor:
        """The state (B, 1, dim) of a step -> its mels (B, 1, r * mels); `before` holds those of the
        start and of all steps so far."""
        raise NotImplementedError

    def weights(self, step: int | None) -> Mapping[str, float]:
        """Of the losses that count at a step of the training, but for the stop head's."""
        raise NotImplementedError

    def forward(self, batch: Batch, step: int | None = None) -> tuple[dict[str, Tensor], Tensor]:
        """A training batch -> its losses and the mels, given true durations and the true mels
        before each step."""
        text = self.encode(batch["ids"], self.condition(batch["speaker"]))
        x, mask = self.expand(text, batch["durations"], batch["mel"].shape[1])
        truth, told = self.known(batch["mel"] - MEAN_MEL)
        hidden = self.decode(self.grouped(x), self.grouped(told), text.condition)
        coarse, read = self.read(hidden, truth, mask)
        mel = self.postnet(coarse, mask)
        losses = duration_losses(self.durations(text), batch)
        losses |= {"mel": smooth_distance(mel, truth, mask), **read}
        weights = self.weights(step)
        if self.stop is not None:
            losses["stop"] = stop_loss(self.stop(hidden), mask[:, :: self.config.reduction])
            weights = {**weights, "stop": 1.0}
        losses["total"] = sum(
            (weight * losses[name] for name, weight in weights.items()),
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
        self, text: Text, reading: Reading, frames: Tensor, generator: torch.Generator
    ) -> Tensor:
        """With a stop head, the mels of a batch are as long as its longest."""
        x, mask = self.expand(text, frames, int(frames.sum(1).max()))
        if self.stop is not None:
            x = held(x, mask, int(LONGEST_SHARE * x.shape[1]))
        coarse = self.by_frames(self.generate(self.grouped(x), text.condition, generator))
        if self.stop is not None:
            mask = coarse.new_ones(*coarse.shape[:2], 1)
        return self.postnet(coarse[:, : mask.shape[1]], mask) + MEAN_MEL

    def generate(self, text: Tensor, condition: Tensor, generator: torch.Generator) -> Tensor:
        """(B, T, r * dim) -> mels before the post-net (B, T or fewer, r * mels), step by step."""
        given = self.text(text)
        memory = self.decoder.begin(condition, given.shape[1])
        drawn = [self.start.expand(len(given), 1, -1)]
        ended = torch.zeros(len(given), dtype=torch.bool, device=given.device)
        for here in given.split(1, dim=1):
            hidden = self.decoder.step(self.prenet(drawn[-1], generator) + here, memory)
            drawn.append(self.draw(hidden, drawn, generator))
            if self.stop is not None:
                ended |= self.stop(hidden)[:, 0, 0] > 0
                is_long_enough = (len(drawn) - 1) * self.config.reduction >= FEWEST_FRAMES
                if is_long_enough and ended.all():
                    break
        return torch.cat(drawn[1:], 1)

    def grouped(self, x: Tensor) -> Tensor:
        """(B, N, size) -> (B, T, r * size), the last step filled up with zeros."""
        r = self.config.reduction
        return F.pad(x, (0, 0, 0, -x.shape[1] % r)).reshape(len(x), -1, r * x.shape[2])

    def by_frames(self, groups: Tensor) -> Tensor:
        """(B, T, r * mels) -> (B, T * r, mels)."""
        return groups.reshape(len(groups), -1, N_MELS)


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
