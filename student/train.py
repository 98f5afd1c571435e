"""Train a student on a dataset in the project's layout.

  dataset=out/dataset   output=out/student   student=nar|ar   training.steps=20000
  clips.wer_max=0 clips.mos_min=3.5 clips.speakers=[speaker00]         (what is trained on)
  init_from=out/other/student.safetensors                              (fine-tune)
Run it again to continue. Several devices: torchrun --standalone --nproc_per_node 8 -m student.train ...
"""

import sys

from rich.console import Console

from speech import storage
from speech.alignment.clips import align_dataset
from speech.audio.mel import FRAME_RATE
from speech.config import run_app
from speech.dataset.clips import Clips, open_clips
from speech.licenses import joint_license
from speech.machine import pick_device
from speech.seeds import short_id
from speech.storage.outputs import TRAINING, check_folder
from speech.training.logger import main_console
from speech.training.trainer import Trainer
from speech.vocoder.network import PulseVocoder
from student.check import check_student
from student.config import TrainStudentConfig
from student.data.clips import StudentData
from student.models.acoustic import Acoustic
from student.models.kinds import build_student
from student.package import read_vocoder, start_from, write_package
from student.task import StudentTask


def main(config: TrainStudentConfig) -> int:
    import torch

    console = main_console()
    check_folder(config.output, TRAINING)
    pick_device("training.device", config.training.device)
    torch.manual_seed(config.training.seed)
    if config.init_from:
        storage.check_readable(config.init_from, "init_from")
    clips = open_clips(config.dataset)
    alignments = align_dataset(config.dataset, clips, console, config.trust_known)
    data = StudentData(config, clips, alignments, console)
    student, vocoder = build_student(config.student, data.vectors), read_vocoder(config.vocoder)
    if config.init_from:
        start_from(student, config.init_from)
    describe(data, student, console)
    task = StudentTask(config, data, student, vocoder)
    trainer = Trainer(task, config.training, config.output, identity(config, clips), console)
    if not trainer.run():
        return 1
    if trainer.accelerator.is_main_process:
        trained = trainer.averages["student"].module
        assert isinstance(trained, Acoustic)
        export(trained.cpu(), vocoder, config, data)
        check_student(config, data, console)
    return 0


def describe(data: StudentData, student: Acoustic, console: Console) -> None:
    hours = sum(data.lengths.values()) / FRAME_RATE / 3600
    parameters = sum(p.numel() for p in student.parameters()) / 1e6
    left_out = "".join(f", {n} left out: {reason}" for reason, n in data.left_out.most_common())
    console.print(
        f"{len(data.lengths)} clips, {hours:.2f} h, {len(data.speakers)} speakers, "
        f"{len(data.held_out)} more held out{left_out}; {parameters:.1f} M parameters; "
        f"{len(data.plan(0))} batches an epoch"
    )


def identity(config: TrainStudentConfig, clips: Clips) -> dict[str, object]:
    """What a checkpoint is tied to; with anything else it is another training."""
    chosen = config.model_dump(mode="json", exclude={"output", "training", "cache_mb", "name"})
    return {**chosen, "clips": short_id(*(clip.id for clip in clips))}


def export(
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
