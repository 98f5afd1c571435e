"""Tune a student's vocoder on the student's own mels: it learns to undo what they lack.

  checkpoint=out/student   dataset=out/dataset   output=out/student_tuned   training.steps=2000
  intermediate_dim=384     a smaller vocoder, nearly as good
The student is given the true durations of each clip, and its pitch and energy or, step by step, the
mels before, so that what it makes and the clip's wave belong together. Run it again to continue.
"""

import sys
from collections.abc import Mapping

import torch
from pydantic import Field
from rich.console import Console
from torch import Tensor, nn

from speech.alignment.clips import Alignment, align_dataset
from speech.config import run_app
from speech.dataset.clips import Clips, open_clips
from speech.errors import InputError
from speech.seeds import stable_hash
from speech.training.run import Training, run
from speech.vocoder.config import VocoderTrainingConfig
from speech.vocoder.network import PulseVocoder
from speech.vocoder.pruning import pruned, size_of, some_mels
from speech.vocoder.task import Source, VocoderTask, trained_vocoder
from student.data.clips import Example, collate
from student.data.features import features_of
from student.loudness import measure_loudness
from student.models.acoustic import Acoustic, token_ids
from student.package import read_package, write_package


class TuneVocoderConfig(VocoderTrainingConfig):
    """`dataset` is the one that the student was trained on."""

    checkpoint: str
    """a folder that make train-student wrote"""
    trust_known: bool
    residual: bool
    """give the vocoder a residual, where it has none"""
    intermediate_dim: int | None = Field(ge=8)
    """hidden units that the vocoder is pruned to first; null: it stays as large as it is"""


def main(config: TuneVocoderConfig) -> int:
    return run(config, prepare)


def prepare(config: TuneVocoderConfig, console: Console) -> Training:
    description, student, vocoder = read_package(config.checkpoint)
    clips = open_clips(config.dataset)
    alignments = align_dataset(config.dataset, clips, console, config.trust_known)
    known = set(description.speakers)
    rows = [i for i, a in enumerate(alignments) if a and clips[i].speaker_id in known]
    if not rows:
        raise InputError(f"{config.dataset} has no clip of a speaker of {config.checkpoint}")
    if config.residual:
        vocoder.add_residual()
    if config.intermediate_dim is not None:
        vocoder = _narrower(vocoder, config.intermediate_dim, clips, config.training.seed)
    vocoder.train().requires_grad_(True)
    seed = config.training.seed
    source = student_mels(student, clips, alignments, description.speakers, seed)
    task = VocoderTask(config, clips, vocoder, source, rows)

    def export(averages: Mapping[str, nn.Module]) -> None:
        write_package(config.output, student, trained_vocoder(averages), description.kept())
        measure_loudness(config.output, console)
        console.print(f'speak:  make speak ARGS="checkpoint={config.output}" TEXT="Hello there."')

    identity = config.identity(clips, description.revision)
    return Training(task, identity, f"{len(task.lengths)} clips", export)


def _narrower(
    vocoder: PulseVocoder, intermediate_dim: int, clips: Clips, seed: int
) -> PulseVocoder:
    """Raises InputError: it has fewer hidden units than that."""
    layers, units = size_of(vocoder)
    if intermediate_dim > units:
        raise InputError(f"intermediate_dim={intermediate_dim}: the vocoder has {units}")
    return pruned(vocoder, layers, intermediate_dim, some_mels(clips, seed))


def student_mels(
    student: Acoustic,
    clips: Clips,
    alignments: list[Alignment | None],
    speakers: tuple[str, ...],
    seed: int,
) -> Source:
    """What an autoregressive student leaves to chance is a clip's own, whenever it is loaded."""

    @torch.no_grad()
    def read(row: int) -> tuple[Tensor, Tensor]:
        alignment, wave = alignments[row], clips.wave(row)
        assert alignment is not None
        speaker = speakers.index(clips[row].speaker_id)
        ids, frames = token_ids(alignment.phonemes), torch.tensor(alignment.frames)
        example = Example(features_of(clips, row, wave), ids, frames, speaker)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stable_hash(seed, "student mel", clips[row].id))
            _, mel = student(collate([example]))
        return torch.from_numpy(wave).half(), mel[0, : int(frames.sum())].half()

    return read


if __name__ == "__main__":
    sys.exit(run_app(TuneVocoderConfig, "tune_vocoder", main))
