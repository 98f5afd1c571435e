"""Tune a student's vocoder on the student's own mels: it learns to undo what they lack.

  checkpoint=out/student   dataset=out/dataset   output=out/student_tuned   training.steps=2000
The student is given the true durations, pitch and energy of each clip, so that its mels and the
clip's wave belong together. Run it again to continue.
"""

import sys

import torch
from torch import Tensor

from speech.alignment.clips import Alignment, align_dataset
from speech.config import run_app
from speech.dataset.clips import Clips, open_clips
from speech.errors import InputError
from speech.machine import pick_device
from speech.seeds import short_id
from speech.storage.outputs import TRAINING, check_folder
from speech.training.logger import main_console
from speech.training.trainer import Trainer
from speech.vocoder.config import VocoderTrainingConfig
from speech.vocoder.task import Generator, Source, VocoderTask
from student.data.clips import Example, collate
from student.data.features import features_of
from student.models.acoustic import Acoustic, token_ids
from student.package import read_package, write_package


class TuneVocoderConfig(VocoderTrainingConfig):
    checkpoint: str
    """a folder that make train-student wrote"""
    dataset: str
    """that it was trained on"""
    output: str
    trust_known: bool


def main(config: TuneVocoderConfig) -> int:
    console = main_console()
    check_folder(config.output, TRAINING)
    pick_device("training.device", config.training.device)
    description, student, vocoder = read_package(config.checkpoint)
    clips = open_clips(config.dataset)
    alignments = align_dataset(config.dataset, clips, console, config.trust_known)
    known = set(description.speakers)
    rows = [i for i, a in enumerate(alignments) if a and clips[i].speaker_id in known]
    if not rows:
        raise InputError(f"{config.dataset} has no clip of a speaker of {config.checkpoint}")
    vocoder.train().requires_grad_(True)
    source = student_mels(student, clips, alignments, description.speakers)
    task = VocoderTask(config, clips, rows, vocoder, source)
    identity = config.model_dump(mode="json", exclude={"output", "training", "cache_mb"})
    identity["clips"] = short_id(description.revision, *(clip.id for clip in clips))
    trainer = Trainer(task, config.training, config.output, identity, console)
    if not trainer.run():
        return 1
    if trainer.accelerator.is_main_process:
        generator = trainer.averages["generator"].module
        assert isinstance(generator, Generator)
        write_package(config.output, student, generator.vocoder.cpu(), description.kept())
        console.print(f'speak:  make speak ARGS="checkpoint={config.output}" TEXT="Hello there."')
    return 0


def student_mels(
    student: Acoustic,
    clips: Clips,
    alignments: list[Alignment | None],
    speakers: tuple[str, ...],
) -> Source:
    @torch.no_grad()
    def read(row: int) -> tuple[Tensor, Tensor]:
        alignment, wave = alignments[row], clips.wave(row)
        assert alignment is not None
        speaker = speakers.index(clips[row].speaker_id)
        ids, frames = token_ids(alignment.phonemes), torch.tensor(alignment.frames)
        example = Example(features_of(wave), ids, frames, speaker)
        _, mel = student(collate([example]))
        return torch.from_numpy(wave).half(), mel[0, : int(frames.sum())].half()

    return read


if __name__ == "__main__":
    sys.exit(run_app(TuneVocoderConfig, "tune_vocoder", main))
