"""How vocoders are trained: a pulse vocoder on segments, later against discriminators."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from speech.audio import SAMPLE_RATE
from speech.audio.mel import FRAME_RATE, HOP_LENGTH
from speech.audio.pitch import pitch_hz
from speech.audio.waveform import Wave
from speech.dataset.clips import Clips
from speech.dataset.selection import split_clips
from speech.errors import InputError
from speech.training.cache import BoundedCache
from speech.training.task import Batch, Evaluation
from speech.vocoder.config import VocoderTrainingConfig
from speech.vocoder.discriminators import Discriminators, adversarial_losses, discriminator_loss
from speech.vocoder.network import PulseVocoder
from speech.vocoder.spectral_loss import mel_loss, stft_loss

HELD_OUT = (0.02, 100)
"""share of the clips that is never trained on, and the parts that it is counted in"""
EVALUATED_CLIPS = 16
SAMPLES = 3
Segment = tuple[int, int]
"""a clip and the frame at which the segment begins"""
Source = Callable[[int], tuple[Tensor, Tensor]]
"""a clip's number -> its wave (samples,) and the mel to make it from (frames, mels), half precision"""


class Generator(nn.Module):
    """A pulse vocoder in training: it is given the true pitch, and learns to predict it beside."""

    def __init__(self, vocoder: PulseVocoder) -> None:
        super().__init__()
        self.vocoder = vocoder

    def forward(self, mel: Tensor, wave: Tensor) -> tuple[Tensor, Tensor]:
        """(B, frames, mels) and (B, samples) -> waves like `wave`, and the mean error of log pitch."""
        features = self.vocoder.features(mel)
        predicted = self.vocoder.pitch_hz(features)
        with torch.autocast(wave.device.type, enabled=False):
            true, voiced = pitch_hz(wave)
        error = ((predicted.log() - true.log()).abs() * voiced).sum() / voiced.sum().clamp(min=1)
        hertz = torch.where(voiced, true, predicted.detach())
        return self.vocoder.waves(mel, features, hertz, torch.randn_like(wave)), error


class VocoderTask:
    """Spectral losses from the start; hinge adversarial and feature losses from `adversarial_from`."""

    averaged: Sequence[str] = ("generator",)

    def __init__(
        self,
        config: VocoderTrainingConfig,
        clips: Clips,
        vocoder: PulseVocoder,
        source: Source,
        rows: Iterable[int] | None = None,
    ) -> None:
        """Trains on all clips, or on those of `rows`, whose waves and mels come from `source`.

        Raises:
            InputError: they do not fill one batch.
        """
        self.config, self.clips, self.source = config, clips, source
        shape = config.discriminators
        self.modules: Mapping[str, nn.Module] = {
            "discriminators": Discriminators(shape.windows, shape.periods, shape.channels),
            "generator": Generator(vocoder),
        }
        split = split_clips(clips, config.clips, *HELD_OUT, rows, self._refusal)
        self.held_out = split.held_out[:EVALUATED_CLIPS]
        self.lengths = {row: self._frames(row) for row in split.trained}
        if len(self.lengths) < config.batch_size:
            raise InputError(
                f"the dataset has {len(self.lengths)} clips of over {config.segment_frames} frames, "
                f"which is less than a batch of {config.batch_size}"
            )
        self._cache = BoundedCache[tuple[Tensor, Tensor]](config.cache_mb)

    def _frames(self, row: int) -> int:
        return int(self.clips[row].duration_s * FRAME_RATE)

    def _refusal(self, row: int) -> str | None:
        return None if self._frames(row) > self.config.segment_frames else "too short"

    def plan(self, epoch: int) -> list[list[Segment]]:
        config = self.config
        chance = random.Random(f"{config.training.seed} epoch {epoch}")
        segments = [
            (clip, chance.randint(0, length - config.segment_frames - 1))
            for clip, length in self.lengths.items()
        ]
        chance.shuffle(segments)
        size = config.batch_size
        return [segments[i : i + size] for i in range(0, len(segments) - size + 1, size)]

    def load(self, key: Segment) -> tuple[Tensor, Tensor]:
        """(frames, mels) of a segment, and the ((frames - 1) * hop,) samples between their centres."""
        clip, start = key
        wave, mel = self._whole(clip)
        frames = self.config.segment_frames
        start = min(start, len(mel) - frames)
        if start < 0 or len(wave) < (len(mel) - 1) * HOP_LENGTH:
            told = self.clips[clip]
            raise InputError(
                f"clip {told.id} of {self.config.dataset} is said to last {told.duration_s:g} s, and "
                f"has {len(wave) / SAMPLE_RATE:.2f} s of audio"
            )
        stop = start + frames
        return mel[start:stop].float(), wave[start * HOP_LENGTH : (stop - 1) * HOP_LENGTH].float()

    def _whole(self, index: int) -> tuple[Tensor, Tensor]:
        return self._cache.get(
            index, lambda: self.source(index), lambda pair: pair[0].nbytes + pair[1].nbytes
        )

    def collate(self, items: Sequence[tuple[Tensor, Tensor]]) -> Batch:
        mels, waves = zip(*items, strict=True)
        return {"mel": torch.stack(mels), "wave": torch.stack(waves)}

    def frames(self, batch: Batch) -> int:
        return batch["mel"].shape[0] * batch["mel"].shape[1]

    def losses(
        self, name: str, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        start = self.config.adversarial_from
        adversarial = start is not None and step >= start
        if name == "discriminators":
            return self._discriminator_losses(modules, batch) if adversarial else {}
        wave, weights = batch["wave"], self.config.weights
        made, pitch_error = modules["generator"](batch["mel"], wave)
        with torch.autocast(wave.device.type, enabled=False):
            losses = {"mel": mel_loss(made, wave), "stft": stft_loss(made, wave)}
        losses["pitch"] = pitch_error
        losses["total"] = (
            weights.mel * losses["mel"]
            + weights.stft * losses["stft"]
            + weights.pitch * losses["pitch"]
        )
        if adversarial:
            with torch.no_grad():
                real = modules["discriminators"](wave)
            losses |= adversarial_losses(real, modules["discriminators"](made))
            losses["total"] = (
                losses["total"]
                + weights.adversarial * losses["adversarial"]
                + weights.features * losses["features"]
            )
        return losses

    def _discriminator_losses(
        self, modules: Mapping[str, nn.Module], batch: Batch
    ) -> dict[str, Tensor]:
        with torch.no_grad():
            made, _ = modules["generator"](batch["mel"], batch["wave"])
        real, fake = (modules["discriminators"](wave) for wave in (batch["wave"], made))
        return {"total": discriminator_loss(real, fake)}

    def evaluate(self, averages: Mapping[str, nn.Module]) -> Evaluation:
        """Distances over whole clips that are not trained on."""
        vocoder = trained_vocoder(averages)
        device = vocoder.window.device
        distances: list[tuple[float, float]] = []
        heard: dict[str, Wave] = {}
        for index in self.held_out:
            wave, mel = self._whole(index)
            made = vocoder(mel.float().to(device)).cpu()[None]
            target = wave.float()[None, : made.shape[1]]
            distances.append((mel_loss(made, target).item(), stft_loss(made, target).item()))
            if len(heard) < SAMPLES:
                heard[self.clips[index].id] = made[0].clamp(-1, 1).numpy()
        if not distances:
            return Evaluation({})
        mel_mean, stft_mean = torch.tensor(distances).mean(0).tolist()
        return Evaluation({"mel": mel_mean, "stft": stft_mean}, heard)


def trained_vocoder(averages: Mapping[str, nn.Module]) -> PulseVocoder:
    """The vocoder in what a `VocoderTask` has trained."""
    generator = averages["generator"]
    assert isinstance(generator, Generator)
    return generator.vocoder
