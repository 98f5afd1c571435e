"""Export a student to ONNX, for `student.onnx.runtime`, which needs no torch.

checkpoint=out/student   output=out/student/onnx   int8=true
"""

import io
import sys
from hashlib import sha256
from typing import Any

import numpy as np
import torch
from rich.console import Console

from speech import storage
from speech.audio.mel import HOP_LENGTH, N_FFT
from speech.config import Config, run_app
from speech.progress import waiting
from speech.storage.outputs import Kind, check_folder
from student.kinds import kind_of
from student.models.acoustic import LONGEST, SHORTEST, Acoustic
from student.onnx.files import quantized, traced
from student.onnx.graphs import Graph, TextGraph
from student.onnx.parity import parity
from student.onnx.runtime import CONDITIONS, FRAMES, TEXT, OnnxDescription, OnnxStudent
from student.student import Student, open_student

EXPORT = Kind("export of a student", (OnnxDescription.FILE,), ("*.onnx", CONDITIONS))


class ExportStudentConfig(Config):
    checkpoint: str
    """a folder that make train-student wrote"""
    output: str
    """local or gs://"""
    int8: bool
    """of the linear layers; false: everything in float32"""


def main(config: ExportStudentConfig) -> int:
    console = Console()
    check_folder(config.output, EXPORT)
    student = open_student(config.checkpoint)
    with waiting("exporting", console):
        export(student, config.output, config.int8)
        exported = OnnxStudent(config.output)
        apart = parity(student, exported)
    console.print(
        f"{config.output}: {exported.bytes / 1e6:.1f} MB in {exported.description.precision}, "
        f"{student.bytes / 1e6:.1f} MB as trained, {len(exported.voices)} voices\n"
        f"from torch's speech its log-mel differs by {apart.mean:.1g} on average, "
        f"{apart.largest:.1g} at most",
        highlight=False,
        soft_wrap=True,
    )
    return 0


def export(student: Student, output: str, int8: bool) -> OnnxDescription:
    """Write a student's graphs under `output`, the description last; raises InputError for one that
    has a stop head."""
    acoustic, described = student.acoustic, student.description
    kind = kind_of(acoustic.config)
    frames, others = kind.graphs(acoustic, student.vocoder)
    graphs: dict[str, Graph] = {TEXT: TextGraph(acoustic), FRAMES: frames, **others}
    files = {name: traced(graph) for name, graph in graphs.items()}
    if int8:
        files = {name: quantized(data, graphs[name].quantized) for name, data in files.items()}
    files[CONDITIONS] = _conditions(acoustic, len(student.voices))
    for name, data in files.items():
        storage.write_bytes(storage.join(output, name), data)
    description = OnnxDescription(
        kind=kind.frame_source,
        name=described.name,
        revision=described.revision,
        speakers=student.voices,
        language=described.language,
        license=described.license,
        precision="int8" if int8 else "float32",
        parameters=student.parameters,
        n_fft=N_FFT,
        hop_length=HOP_LENGTH,
        margin_frames=frames.margin_frames(),
        shortest_frames=SHORTEST,
        longest_frames=LONGEST,
        sha256={name: sha256(data).hexdigest() for name, data in files.items()},
    )
    description.write(output)
    return description


def _conditions(acoustic: Acoustic, voices: int) -> bytes:
    buffer = io.BytesIO()
    conditions: Any = acoustic.condition(torch.arange(voices))[:, 0].detach().numpy()
    np.save(buffer, conditions.astype(np.float32))
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(run_app(ExportStudentConfig, "export_student", main))
