"""Export a student to ONNX, for `student.onnx.runtime`, which needs no torch.

  checkpoint=out/student    output=out/student/onnx   int8=true
  checkpoint=out/old_onnx   output=out/new_onnx
An export of an earlier version, as the second is, is written as this one writes them: its weights and
precision stay, and it is as fast as a new one.
"""

import io
import sys
from collections.abc import Mapping
from dataclasses import replace
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
from student.description import CONFIG
from student.kinds import kind_of
from student.loudness import loudness_of
from student.models.acoustic import LONGEST, SHORTEST, Acoustic
from student.onnx.files import quantized, traced
from student.onnx.graphs import Graph
from student.onnx.metadata import with_metadata
from student.onnx.passes import has_int8, hastened
from student.onnx.runtime import (
    CONDITIONS,
    FRAMES,
    TEXT,
    OnnxDescription,
    OnnxStudent,
    is_onnx,
)
from student.parity import parity
from student.student import Student, open_student

EXPORT = Kind("export of a student", (OnnxDescription.FILE,), ("*.onnx", CONDITIONS, CONFIG))

HASTENED = TEXT, FRAMES
"""not the steps of an autoregressive student, where small errors go round and round"""
INT8_MARGIN = 24
"""frames beyond which int8 rounds by more than a neighbour tells: streamed and whole speech differ by
0.066 nepers with it, and by 0.063 with the 53 of the embedded student"""


class ExportStudentConfig(Config):
    checkpoint: str
    """a folder that make train-student wrote, or an export"""
    output: str
    """local or gs://"""
    int8: bool
    """of the linear layers; false: everything in float32"""


def main(config: ExportStudentConfig) -> int:
    console = Console()
    check_folder(config.output, EXPORT)
    written = _renewed if is_onnx(config.checkpoint) else _exported
    console.print(written(config, console), highlight=False, soft_wrap=True)
    return 0


def _exported(config: ExportStudentConfig, console: Console) -> str:
    student = open_student(config.checkpoint)
    with waiting("exporting", console):
        described = export(student, config.output, config.int8)
        exported = OnnxStudent(config.output)
        apart = parity(student, exported)
    if not described.loudness_lufs:  # a student of an earlier version
        loudness = loudness_of(exported, exported.voices, console)
        replace(described, loudness_lufs=loudness).write(config.output)
    return (
        f"{config.output}: {exported.bytes / 1e6:.1f} MB in {exported.description.precision}, "
        f"{student.bytes / 1e6:.1f} MB as trained, {len(exported.voices)} voices\n"
        f"from torch's speech its log-mel differs by {apart.mean:.1g} on average, "
        f"{apart.largest:.1g} at most"
    )


def _renewed(config: ExportStudentConfig, console: Console) -> str:
    old = OnnxStudent(config.checkpoint)
    files = {
        name: old.description.file(old.location, name).read_bytes()
        for name in old.description.sha256
        if name != CONFIG
    }
    files |= {name: hastened(files[name]) for name in HASTENED}
    margin = margin_of(files[FRAMES], old.description.margin_frames)
    described = write_export(files, replace(old.description, margin_frames=margin), config.output)
    new = OnnxStudent(config.output)
    loudness = loudness_of(new, new.voices, console)
    replace(described, loudness_lufs=loudness).write(config.output)
    return f"{config.output}: the networks of {config.checkpoint}, {len(new.voices)} voices"


def export(student: Student, output: str, int8: bool) -> OnnxDescription:
    """Write a student's graphs under `output`, the description last; raises InputError for one that
    has a stop head."""
    acoustic, described = student.acoustic, student.description
    kind = kind_of(acoustic.config)
    text, frames, others = kind.graphs(acoustic, student.vocoder)
    graphs: dict[str, Graph] = {TEXT: text, FRAMES: frames, **others}
    files = {name: traced(graph) for name, graph in graphs.items()}
    if int8:
        files = {name: quantized(data, graphs[name].quantized) for name, data in files.items()}
        files |= {name: hastened(files[name]) for name in HASTENED}
    files[CONDITIONS] = _conditions(acoustic, len(student.voices))
    description = OnnxDescription(
        kind=kind.frame_source,
        name=described.name,
        revision=described.revision,
        speakers=student.voices,
        language=described.language,
        license=described.license,
        loudness_lufs=described.loudness_lufs,
        precision="int8" if int8 else "float32",
        parameters=student.parameters,
        n_fft=N_FFT,
        hop_length=HOP_LENGTH,
        margin_frames=margin_of(files[FRAMES], frames.margin_frames()),
        shortest_frames=SHORTEST,
        longest_frames=LONGEST,
        sha256={},
    )
    return write_export(files, description, output)


def margin_of(frames_graph: bytes, margin_frames: int) -> int:
    """How many neighbours a piece of frames is worked out with, of those that frames depend on."""
    return min(margin_frames, INT8_MARGIN) if has_int8(frames_graph) else margin_frames


def write_export(
    files: Mapping[str, bytes], described: OnnxDescription, output: str
) -> OnnxDescription:
    """Write the files, graphs with their metadata, and the description with their hashes, last."""
    written = {
        name: with_metadata(data, described) if name.endswith(".onnx") else data
        for name, data in files.items()
    }
    for name, data in written.items():
        storage.write_bytes(storage.join(output, name), data)
    hashes = {name: sha256(data).hexdigest() for name, data in written.items()}
    return replace(described, sha256=hashes).write(output)


def _conditions(acoustic: Acoustic, voices: int) -> bytes:
    buffer = io.BytesIO()
    conditions: Any = acoustic.condition(torch.arange(voices))[:, 0].detach().numpy()
    np.save(buffer, conditions.astype(np.float32))
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(run_app(ExportStudentConfig, "export_student", main))
