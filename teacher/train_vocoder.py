"""Train a small vocoder on the clips of a dataset in the project's layout.

  dataset=out/dataset     output=out/vocoder   training.steps=20000   vocoder.dim=512
  init_from=FILE          train package://teacher/mini/vocoder.safetensors on
  adversarial_from=2000   against discriminators from this step on
  teacher_share=0.5       half of the mels as the teacher makes them
Run it again to continue.
"""

import sys
from collections.abc import Mapping
from typing import Annotated

import torch
from pydantic import Field
from rich.console import Console
from safetensors.torch import load_file
from torch import Tensor, nn

from speech import storage
from speech.audio.mel import log_mel
from speech.config import run_app
from speech.dataset.clips import Clips, open_clips
from speech.training.run import Training, run
from speech.training.weights import reading, write_weights
from speech.vocoder.config import VocoderShape, VocoderTrainingConfig
from speech.vocoder.network import PulseVocoder, load_pulse_vocoder, with_weights
from speech.vocoder.pruning import pruned, size_of, some_mels
from speech.vocoder.task import Source, VocoderTask, trained_vocoder
from teacher.base import TARGETS
from teacher.f5.config import F5Config
from teacher.f5.teacher_mels import Recipe, TeacherMels


class TrainVocoderConfig(VocoderTrainingConfig):
    vocoder: VocoderShape
    init_from: str | None
    """weights to start from, as .safetensors: local, gs:// or package://; null: from scratch. Those
    of more blocks or hidden units are pruned"""
    teacher: Annotated[F5Config, TARGETS]
    """asked for mels, where `teacher_share` is above 0"""
    teacher_share: float = Field(ge=0, le=1)
    """of the clips, chosen by their ids, whose mels the teacher makes"""
    teacher_start: float = Field(gt=0, lt=1)
    """time of the flow at which it takes over from the clip's mel, of noise 0 and speech 1"""


def main(config: TrainVocoderConfig) -> int:
    return run(config, prepare)


def prepare(config: TrainVocoderConfig, console: Console) -> Training:
    if config.init_from:
        storage.check_readable(config.init_from, "init_from")
    clips = open_clips(config.dataset)
    mels = teacher_mels(config, clips)
    task = build_task(config, clips, mels)
    if mels is not None:
        mels.make([*task.lengths, *task.held_out], console)
    parameters = sum(p.numel() for p in task.modules["generator"].parameters()) / 1e6

    def export(averages: Mapping[str, nn.Module]) -> None:
        state = trained_vocoder(averages).state_dict()
        path, sha256 = write_weights(config.output, "vocoder.safetensors", state)
        console.print(f"{path}, SHA-256 {sha256}")

    made = 0 if mels is None else sum(mels.is_wanted(row) for row in task.lengths)
    summary = (
        f"{len(task.lengths)} clips, {made} of them by the teacher's mels, "
        f"{parameters:.1f} M parameters"
    )
    identity = config.identity(clips, exclude={"teacher", "teacher_start"})
    identity["teacher_mels"] = None if mels is None else mels.recipe.key
    return Training(task, identity, summary, export)


def teacher_mels(config: TrainVocoderConfig, clips: Clips) -> TeacherMels | None:
    if not config.teacher_share:
        return None
    start, seed = config.teacher_start, config.training.seed
    return TeacherMels(Recipe(config.teacher, config.teacher_share, start, seed), clips)


def build_task(
    config: TrainVocoderConfig, clips: Clips, mels: TeacherMels | None = None
) -> VocoderTask:
    """Raises InputError: `init_from` is of a smaller shape."""
    shape = config.vocoder
    vocoder = PulseVocoder(shape.dim, shape.intermediate_dim, shape.layers, shape.residual)
    if config.init_from:
        with reading(config.init_from):
            start = load_pulse_vocoder(load_file(storage.local_path(config.init_from)))
            with_weights(vocoder, _in_shape(start, shape, config.training.seed, clips).state_dict())
    return VocoderTask(config, clips, vocoder, mels_of(clips, mels))


def _in_shape(vocoder: PulseVocoder, shape: VocoderShape, seed: int, clips: Clips) -> PulseVocoder:
    """A larger vocoder pruned to the shape that is wanted, by some of the clips; another as it is."""
    found, wanted = size_of(vocoder), (shape.layers, shape.intermediate_dim)
    fits = all(theirs >= ours for theirs, ours in zip(found, wanted, strict=True))
    if found == wanted or not fits or vocoder.spectra.in_features != shape.dim:
        return vocoder
    return pruned(vocoder, *wanted, some_mels(clips, seed))


def mels_of(clips: Clips, mels: TeacherMels | None) -> Source:
    """A clip's wave and its mel, or the teacher's of the same."""

    def read(row: int) -> tuple[Tensor, Tensor]:
        if mels is not None and mels.is_wanted(row):
            return mels.pair(row)
        wave = torch.from_numpy(clips.wave(row))
        return wave.half(), log_mel(wave).half()

    return read


if __name__ == "__main__":
    sys.exit(run_app(TrainVocoderConfig, "train_vocoder", main))
