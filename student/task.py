"""What `student.train` trains: a student on aligned clips, and where wanted a discriminator."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from speech.audio.waveform import Wave
from speech.training.task import Batch, Evaluation
from speech.vocoder.network import PulseVocoder
from student.config import TrainStudentConfig
from student.data.clips import Example, StudentData, collate
from student.data.packed_levels import LevelCodec
from student.models.acoustic import Acoustic
from student.models.ar_dmel import DmelStudent
from student.models.discriminator import MelDiscriminator, adversarial_losses, discriminator_loss

EVALUATED_CLIPS = 32
SAMPLES = 3


class StudentTask:
    """The student's own losses from the start, the discriminator's from `discriminator.start`."""

    averaged: Sequence[str] = ("student",)

    def __init__(
        self,
        config: TrainStudentConfig,
        data: StudentData,
        student: Acoustic,
        vocoder: PulseVocoder,
    ) -> None:
        self.config, self.data, self.vocoder = config, data, vocoder
        if isinstance(student, DmelStudent):
            assert data.codec is not None
            if config.init_from:  # its weights know its own levels
                data.codec = LevelCodec(student.levels.clone())
            student.take_levels(data.codec.levels)
        self.modules: Mapping[str, nn.Module] = {"student": student}
        if config.discriminator.start is not None:
            discriminator = MelDiscriminator(config.discriminator.channels)
            self.modules = {"discriminator": discriminator, "student": student}
        shown = data.held_out or list(data.lengths)
        self.shown = shown[:EVALUATED_CLIPS]

    def plan(self, epoch: int) -> list[list[int]]:
        return self.data.plan(epoch)

    def load(self, key: int) -> Example:
        return self.data.load(key)

    def collate(self, items: Sequence[Example]) -> Batch:
        return collate(items)

    def frames(self, batch: Batch) -> int:
        return int(batch["durations"].sum())

    def losses(
        self, name: str, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        start = self.config.discriminator.start
        adversarial = start is not None and step >= start
        if name == "discriminator":
            return self._discriminator_losses(modules, batch, step) if adversarial else {}
        losses, mel = modules["student"](batch, step)
        if adversarial:
            weights = self.config.discriminator
            losses |= adversarial_losses(modules["discriminator"], *_both(batch, mel))
            losses["total"] = (
                losses["total"]
                + weights.weight * losses["adversarial"]
                + weights.feature_weight * losses["features"]
            )
        return losses

    def _discriminator_losses(
        self, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        with torch.no_grad():
            _, mel = modules["student"](batch, step)
        return {"total": discriminator_loss(modules["discriminator"], *_both(batch, mel))}

    def evaluate(self, averages: Mapping[str, nn.Module]) -> Evaluation:
        """Losses on clips that are not trained on (where any are held out), and some of them spoken
        with the student's own durations and prosody."""
        student = averages["student"]
        assert isinstance(student, Acoustic)
        device = student.vectors.device
        sums: dict[str, float] = {}
        audio: dict[str, Wave] = {}
        pictures: dict[str, Tensor] = {}
        for row in self.shown:
            batch = collate([self.data.load(row)])
            batch = {key: value.to(device) for key, value in batch.items()}
            losses, _ = student(batch)
            for key, value in losses.items():
                sums[key] = sums.get(key, 0.0) + value.item() / len(self.shown)
            if len(audio) < SAMPLES:
                clip = self.data.clips[row]
                name = f"{clip.speaker_id}: {clip.text_normalized:.60}"
                mel, wave, path = self._spoken(student, batch)
                audio[name] = wave
                pictures |= {f"mel/{name}": mel, f"alignment/{name}": path}
        return Evaluation(sums, audio, pictures)

    def _spoken(self, student: Acoustic, batch: Batch) -> tuple[Tensor, Wave, Tensor]:
        condition = student.condition(batch["speaker"])
        generator = torch.Generator(condition.device).manual_seed(0)
        mel, frames = student.synthesize(batch["ids"], condition, generator)
        wave = self.vocoder.speak(mel.cpu().float())
        rows = torch.arange(frames.shape[1]).repeat_interleave(frames[0].cpu())
        path = torch.nn.functional.one_hot(rows, frames.shape[1]).T.float()
        return mel[0].T.cpu().float(), wave[0].clamp(-1, 1).numpy(), path


def _both(batch: Batch, mel: Tensor) -> tuple[Tensor, Tensor]:
    """The true mels and the student's, alike on padding."""
    ends = batch["durations"].sum(1, keepdim=True)
    valid = (torch.arange(mel.shape[1], device=mel.device) < ends).unsqueeze(-1)
    return batch["mel"], torch.where(valid, mel.float(), batch["mel"])
