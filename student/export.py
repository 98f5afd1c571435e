"""Export a non-autoregressive student to ONNX, for `student.runtime`, which needs no torch.

checkpoint=out/student   output=out/student/onnx   int8=true
"""

import io
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from torch import Tensor, nn

from speech import storage
from speech.config import Config, run_app
from speech.errors import InputError
from speech.mel import HOP_LENGTH, N_FFT
from student.acoustic import LONGEST, SHORTEST
from student.graphs import FramesGraph, TextGraph, margin_frames
from student.nar import NarStudent
from student.runtime import CONDITIONS, DESCRIPTION, FRAMES, TEXT, OnnxDescription, OnnxStudent
from student.student import Student, open_student

OPSET = 20
"""the first with Gelu"""
QUANTIZED = ("/up/", "/down/", "film", "spectra")
"""Parts of the names of linear layers that are worth it: the others are small, and pitch and mels
come straight out of them."""
EXAMPLE_PHONEMES, EXAMPLE_FRAMES = 7, 31


class ExportStudentConfig(Config):
    checkpoint: str
    """a folder that make train-student wrote"""
    output: str
    """local or gs://"""
    int8: bool
    """of the linear layers; false: everything in float32"""


def main(config: ExportStudentConfig) -> int:
    console = Console()
    student = open_student(config.checkpoint)
    with console.status("exporting"):
        export(student, config.output, config.int8)
    exported = OnnxStudent(config.output)
    console.print(
        f"{config.output}: {exported.bytes / 1e6:.1f} MB in {exported.description.precision}, "
        f"{student.bytes / 1e6:.1f} MB as trained, {len(exported.voices)} voices",
        highlight=False,
    )
    return 0


def export(student: Student, output: str, int8: bool) -> OnnxDescription:
    """Write a student's graphs under `output`, the description last; raises InputError for one that
    is not non-autoregressive."""
    acoustic, described = student.acoustic, student.description
    if not isinstance(acoustic, NarStudent):
        raise InputError(f"{student.location} is of another kind: only student=nar is exported")
    frames = FramesGraph(acoustic, student.vocoder)
    files = {
        TEXT: _text_graph(TextGraph(acoustic), acoustic),
        FRAMES: _frames_graph(frames, acoustic),
    }
    if int8:
        files = {name: quantized(graph) for name, graph in files.items()}
    files[CONDITIONS] = _conditions(acoustic, len(student.voices))
    for name, data in files.items():
        storage.write_bytes(storage.join(output, name), data)
    description = OnnxDescription(
        name=described.name,
        revision=described.revision,
        speakers=student.voices,
        language=described.language,
        license=described.license,
        precision="int8" if int8 else "float32",
        parameters=student.parameters,
        n_fft=N_FFT,
        hop_length=HOP_LENGTH,
        margin_frames=margin_frames(frames),
        shortest_frames=SHORTEST,
        longest_frames=LONGEST,
        sha256={name: sha256(data).hexdigest() for name, data in files.items()},
    )
    text = json.dumps(asdict(description), indent=1, ensure_ascii=False) + "\n"
    storage.write_bytes(storage.join(output, DESCRIPTION), text.encode())
    return description


def _text_graph(graph: nn.Module, acoustic: NarStudent) -> bytes:
    ids = torch.ones(1, EXAMPLE_PHONEMES, dtype=torch.long)
    shapes = {"ids": {1: "phonemes"}, "encoded": {1: "phonemes"}, "log_frames": {1: "phonemes"}}
    return _traced(graph, (ids, _condition(acoustic)), ["ids", "condition"], shapes)


def _frames_graph(graph: nn.Module, acoustic: NarStudent) -> bytes:
    index = torch.arange(EXAMPLE_FRAMES) * EXAMPLE_PHONEMES // EXAMPLE_FRAMES
    example = (
        torch.zeros(1, EXAMPLE_PHONEMES, acoustic.config.dim),
        index,
        torch.zeros(1, EXAMPLE_FRAMES, acoustic.places.in_features),
        torch.arange(1, EXAMPLE_FRAMES),
        _condition(acoustic),
    )
    shapes = {"encoded": {1: "phonemes"}, "index": {0: "frames"}, "places": {1: "frames"}}
    shapes |= {"kept": {0: "kept"}, "hertz": {1: "frames"}}
    shapes |= {name: {1: "kept"} for name in ("pulses", "noise", "phase")}
    names = ["encoded", "index", "places", "kept", "condition"]
    return _traced(graph, example, names, shapes)


def _condition(acoustic: NarStudent) -> Tensor:
    return torch.zeros(1, 1, acoustic.config.condition_dim)


def _traced(
    graph: nn.Module,
    example: tuple[Tensor, ...],
    inputs: Sequence[str],
    shapes: dict[str, dict[int, str]],
) -> bytes:
    """By torch's exporter of traces: its newer one needs onnxscript, and gains nothing here."""
    outputs = [name for name in shapes if name not in inputs]
    with (
        tempfile.TemporaryDirectory() as folder,
        warnings.catch_warnings(),
        torch.no_grad(),
    ):
        warnings.simplefilter("ignore", DeprecationWarning)
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            graph.eval(),
            example,
            path,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=shapes,
            opset_version=OPSET,
            dynamo=False,
        )
        return path.read_bytes()


def quantized(graph: bytes) -> bytes:
    """Linear layers in int8, each output channel by its own scale, inputs as they come.

    Weights keep 7 bits: where a processor has no VNNI, sums of 8-bit products overflow 16 bits.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load_from_string(graph)
    linear = [node.name for node in model.graph.node if node.op_type == "MatMul"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "int8.onnx"
        logging.disable(logging.WARNING)  # it advises shape inference, which changes nothing here
        try:
            quantize_dynamic(
                model,
                path,
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["MatMul"],
                nodes_to_quantize=[name for name in linear if _is_quantized(name)],
            )
        finally:
            logging.disable(logging.NOTSET)
        return path.read_bytes()


def _is_quantized(name: str) -> bool:
    return any(part in name for part in QUANTIZED)


def _conditions(acoustic: NarStudent, voices: int) -> bytes:
    buffer = io.BytesIO()
    conditions: Any = acoustic.condition(torch.arange(voices))[:, 0].detach().numpy()
    np.save(buffer, conditions.astype(np.float32))
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(run_app(ExportStudentConfig, "export_student", main))
