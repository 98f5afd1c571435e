"""Graphs in int8 that are rewritten to be faster: the same layers, nearly the same sums."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from student.models.blocks import over_time
from student.onnx.files import quantized, traced
from student.onnx.graphs import Graph
from student.onnx.passes import has_int8, hastened

MINI = Path("student/mini")
AXES = {name: {1: "frames"} for name in ("x", "left", "right")}


class Example(Graph):
    """A convolution over all channels, a block, and a layer in two parts."""

    outputs = ("left", "right")
    axes = AXES
    quantized = ("/up/", "/down/", "/both/")

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm = nn.Conv1d(6, 16, 5, padding=2), nn.LayerNorm(16)
        self.up, self.down, self.both = nn.Linear(16, 40), nn.Linear(40, 16), nn.Linear(16, 12)

    def inputs(self) -> dict[str, Tensor]:
        return {"x": torch.zeros(1, 9, 6)}

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        y = self.norm(over_time(self.conv, x))
        return self.both(y + self.down(F.gelu(self.up(y)))).split((8, 4), -1)


@pytest.fixture(scope="module")
def example() -> Example:
    return Example().eval()


@pytest.fixture(scope="module")
def before(example: Example) -> bytes:
    return quantized(traced(example), example.quantized)


def kinds(graph: bytes) -> set[str]:
    return {node.op_type for node in onnx.load_from_string(graph).graph.node}


@pytest.mark.parametrize("frames", [1, 3, 50])
def test_the_sums_are_nearly_those_of_torch(example: Example, before: bytes, frames: int) -> None:
    x = torch.randn(1, frames, 6, generator=torch.Generator().manual_seed(frames))
    after = hastened(before)
    onnx.checker.check_model(after, full_check=True)
    session = onnxruntime.InferenceSession(after, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = [part.numpy() for part in example(x)]
    for ours, theirs in zip(session.run(None, {"x": x.numpy()}), expected, strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).mean() < 0.02 * theirs.std()


def test_slow_kinds_of_nodes_are_gone(before: bytes) -> None:
    assert {"Split", "Conv", "Gelu"} <= kinds(before)
    assert not {"Split", "Conv", "Gelu", "Transpose"} & kinds(hastened(before))
    assert "MatMul" not in kinds(hastened(before))


def test_float32_is_left_alone(example: Example) -> None:
    graph = traced(example)
    assert not has_int8(graph)
    assert hastened(graph) == graph


@pytest.mark.parametrize("name", ["text.onnx", "frames.onnx"])
def test_what_is_fast_is_left_alone(name: str) -> None:
    graph = (MINI / name).read_bytes()
    assert onnx.load_from_string(hastened(graph)).graph == onnx.load_from_string(graph).graph
