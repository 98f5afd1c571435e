"""Small students on a small dataset of real speech."""

from pathlib import Path

import torch
from rich.console import Console

from speech.config import load_config
from speech.training.trainer import Trainer
from student import train
from student.config import TrainStudentConfig

SMALL = [
    *("student.dim=32", "student.hidden_dim=64", "student.condition_dim=8"),
    *("student.encoder_layers=1", "student.duration_layers=1", "batch_frames=640"),
    *("training.steps=4", "training.log_every=1", "training.evaluate_every=4"),
    *("training.save_every=2", "training.warmup_steps=1", "training.device=cpu"),
    *("training.precision=float32", "held_out_share=0"),
]
NAR = [
    *("student=nar", "student.prosody_layers=1", "student.decoder_layers=1"),
    *("student.reading_layers=1", "student.reading_dim=16"),
]


def config(dataset: str, output: Path, *more: str) -> TrainStudentConfig:
    overrides = [f"dataset={dataset}", f"output={output}", *NAR, *SMALL, *more]
    return load_config(TrainStudentConfig, "train_student", overrides)


def trainer(chosen: TrainStudentConfig) -> Trainer:
    console = Console(quiet=True)
    torch.manual_seed(chosen.training.seed)
    training = train.prepare(chosen, console)
    return Trainer(training.task, chosen.training, chosen.output, training.identity, console)
