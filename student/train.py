"""Train a student on a dataset in the project's layout.

  dataset=out/dataset   output=out/student   training.steps=20000
  student=ar            the autoregressive kind; nar by default
  clips.wer_max=0       train on such clips alone; clips.mos_min=3.5, clips.speakers=[speaker00]
  init_from=FILE        begin with out/other/student.safetensors; student.hidden_dim=448 prunes it
Run it again to continue. Several devices: torchrun --standalone --nproc_per_node 8 -m student.train ...
"""

import random
import sys
from collections.abc import Iterator, Mapping

from rich.console import Console
from torch import nn

from speech import storage
from speech.alignment.clips import align_dataset
from speech.audio.mel import FRAME_RATE
from speech.config import run_app
from speech.dataset.clips import open_clips
from speech.licenses import joint_license
from speech.seeds import short_id
from speech.training.run import Training, run
from speech.training.task import Batch
from speech.vocoder.network import PulseVocoder
from student.check import check_student
from student.config import TrainStudentConfig
from student.data.clips import StudentData, collate
from student.kinds import build_student
from student.loudness import measure_loudness
from student.models.acoustic import Acoustic
from student.package import read_vocoder, start_from, write_package
from student.task import StudentTask

BY_FRAME = ("mel", "pitch", "voiced", "energy")
NOT_LEARNT = {"expressiveness"}
"""of a student's shape: a training goes on with another"""
PRUNED_BY = 96
"""clips that tell which hidden units of a wider student are not missed"""


def main(config: TrainStudentConfig) -> int:
    return run(config, prepare)


def prepare(config: TrainStudentConfig, console: Console) -> Training:
    if config.init_from:
        storage.check_readable(config.init_from, "init_from")
    clips = open_clips(config.dataset)
    alignments = align_dataset(config.dataset, clips, console, config.trust_known)
    data = StudentData(config, clips, alignments, console)
    student, vocoder = build_student(config.student, data.vectors), read_vocoder(config.vocoder)
    if config.init_from:
        seed, units = config.training.seed, config.student.hidden_dim
        theirs = start_from(student, config.init_from, lambda: some_batches(data, seed))
        if theirs > units:
            console.print(f"init_from has {theirs} hidden units, of which {units} are kept")

    def export(averages: Mapping[str, nn.Module]) -> None:
        trained = averages["student"]
        assert isinstance(trained, Acoustic)
        write_student(trained, vocoder, config, data)
        check_student(config, measure_loudness(config.output, console), data, console)

    task = StudentTask(config, data, student, vocoder)
    identity = config.identity(clips, exclude={"name", "student"})
    identity["student"] = config.student.model_dump(mode="json", exclude=NOT_LEARNT)
    return Training(task, identity, summary(data, student), export)


def some_batches(data: StudentData, seed: int) -> Iterator[Batch]:
    """Clips one by one, at their own length, from all over the dataset."""
    rows = [*data.lengths]
    for row in random.Random(seed).sample(rows, min(PRUNED_BY, len(rows))):
        batch = collate([data.load(row)])
        frames = int(batch["durations"].sum())
        yield batch | {name: batch[name][:, :frames] for name in BY_FRAME}


def summary(data: StudentData, student: Acoustic) -> str:
    hours = sum(data.lengths.values()) / FRAME_RATE / 3600
    parameters = sum(p.numel() for p in student.parameters()) / 1e6
    left_out = "".join(f", {n} left out: {reason}" for reason, n in data.left_out.most_common())
    return (
        f"{len(data.lengths)} clips, {hours:.2f} h, {len(data.speakers)} speakers, "
        f"{len(data.held_out)} more held out{left_out}; {parameters:.1f} M parameters; "
        f"{len(data.plan(0))} batches an epoch; {data.mb_per_hour:.1f} MB of mels an hour, "
        f"{_whose(data.clips.teacher_mels, len(data.clips))}"
    )


def _whose(kept: int, clips: int) -> str:
    """Which mels are learnt."""
    if kept == clips:
        return "the teacher's own"
    return f"the teacher's own of {kept} of {clips} clips" if kept else "those of the audio"


def write_student(
    student: Acoustic, vocoder: PulseVocoder, config: TrainStudentConfig, data: StudentData
) -> None:
    rows = [data.clips[row] for row in data.lengths]
    write_package(
        config.output,
        student,
        vocoder,
        {
            "name": config.name,
            "speakers": data.speakers,
            "language": rows[0].language,
            "license": joint_license(*sorted({row.license for row in rows})),
            "dataset": f"{len(rows)} clips, {short_id(*(row.id for row in rows))}",
            "steps": config.training.steps,
        },
    )


if __name__ == "__main__":
    sys.exit(run_app(TrainStudentConfig, "train_student", main))
