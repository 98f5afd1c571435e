"""A small student that nobody trained, with weights that make every part count."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from speech.config import load_config
from speech.vocoder.network import PulseVocoder
from student.config import TrainStudentConfig
from student.kinds import build_student
from student.package import write_package
from student.student import Student, open_student

VOICES = ("ada", "ben", "eve")
SHARED = {
    "dim": 32,
    "hidden_dim": 64,
    "condition_dim": 8,
    "encoder_layers": 2,
    "duration_layers": 1,
    "decoder_layers": 2,
}
SHAPES: dict[str, dict[str, object]] = {
    "nar": {"prosody_layers": 1, "reading_layers": 2, "reading_dim": 16},
    "ar": {"heads": 2, "reduction": 3, "prenet_dim": 24, "prenet_dropout": 0.3, "postnet_dim": 16},
}


def untrained_config(kind: str, **changes: object) -> TrainStudentConfig:
    shape = SHARED | SHAPES[kind] | changes
    overrides = [f"student={kind}", *(f"student.{key}={value}" for key, value in shape.items())]
    return load_config(TrainStudentConfig, "train_student", overrides)


def untrained_student(
    folder: Path, kind: str = "nar", residual: bool = False, **changes: object
) -> Student:
    """Written to `folder` and read back; its vocoder with a residual or without."""
    torch.manual_seed(0)
    config = untrained_config(kind, **changes)
    student = build_student(config.student, normalize(torch.randn(len(VOICES), 256).abs(), dim=-1))
    vocoder = PulseVocoder(32, 64, 2, residual)
    with torch.no_grad():
        if vocoder.residual is not None:
            nn.init.normal_(vocoder.residual.weight, std=0.1)
        nn.init.normal_(student.table.weight, std=0.3)
        nn.init.constant_(student.log_frames.bias, 1.7)
        nn.init.normal_(vocoder.spectra.weight, std=0.1)
        for name, parameter in student.named_parameters():
            if name.endswith("scale"):
                parameter.fill_(0.5)
            elif not parameter.any() and not name.endswith("bias"):  # where training starts at 0
                nn.init.normal_(parameter, std=0.1)
    described = {"name": "untrained", "speakers": VOICES, "language": "en"}
    described |= {"license": "Apache-2.0", "dataset": "none", "steps": 0}
    write_package(str(folder), student, vocoder, described)
    return open_student(str(folder))


def spectra_apart(one: Tensor, other: Tensor) -> float:
    """The mean difference of two waves' magnitudes, as a share of the first's."""
    first, second = (
        torch.stft(wave, 1024, 256, window=torch.hann_window(1024), return_complex=True).abs()
        for wave in (one, other)
    )
    return ((first - second).abs().mean() / first.mean()).item()
