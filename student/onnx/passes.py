"""What makes an int8 graph faster and leaves its sums as they are, or very nearly.

It works on the graph as it is written, so that the export of an earlier version is renewed without
the weights that it was made of; one that was renewed it leaves alone.
"""

import numpy as np
import onnx
from onnx import NodeProto, helper

from student.onnx.rewriter import Rewriter

QUICK = np.float32(1.702)
"""x * sigmoid(1.702 x) is Gelu to 0.02 (arXiv 1606.08415), about as much as int8 rounds by"""
LARGEST = 63
"""of weights in 7 bits, see `student.onnx.files.quantized`"""
END = 2**63 - 1


def has_int8(graph: bytes) -> bool:
    return any(n.op_type == "MatMulInteger" for n in onnx.load_from_string(graph).graph.node)


def hastened(graph: bytes) -> bytes:
    """A graph with layers in int8 as a faster one; any other as it is."""
    if not has_int8(graph):
        return graph
    model = onnx.load_from_string(graph)
    rewriter = Rewriter(model.graph)
    _split_layers(rewriter)
    _convolutions_as_layers(rewriter)
    _quick_gelu(rewriter)
    rewriter.tidy()
    return bytes(model.SerializeToString())


def _split_layers(graph: Rewriter) -> None:
    """A layer whose outputs are split becomes one for each part, so that nothing is copied."""
    for split in graph.nodes("Split"):
        if (layer := graph.layer(split.input[0])) is None:
            continue
        names = layer.product.input[1], layer.scales.input[1], layer.bias.input[0]
        ends = graph.value(split.input[1]).cumsum()[:-1]
        parts = zip(*(np.split(graph.value(name), ends, -1) for name in names), strict=True)
        graph.remove(split)
        for output, part in zip(split.output, parts, strict=True):
            graph.add_layer(output, layer.inputs, *part)


def _convolutions_as_layers(graph: Rewriter) -> None:
    """A convolution over all channels is a layer of windows, and as such in int8 too."""
    for conv in graph.nodes("Conv"):
        weight = graph.value(conv.input[1])
        outputs, channels, _, size = weight.shape
        if 1 in (channels, size):
            continue
        image = graph.makers[graph.makers[conv.input[0]].input[0]]
        (back,) = graph.users(conv.output[0])
        (after,) = graph.users(back.output[0])
        windows = _windows(graph, conv, image.input[0], size)
        parts = f"{windows}/numbers", f"{windows}/scale", f"{windows}/zero_point"
        graph.add("DynamicQuantizeLinear", [windows], parts)
        columns = weight.transpose(3, 1, 2, 0).reshape(-1, outputs)
        scale = np.abs(columns).max(0) / np.float32(LARGEST)
        rounded = np.round(columns / scale).astype(np.int8)
        graph.remove(after)
        graph.add_layer(after.output[0], parts, rounded, scale, graph.value(conv.input[2]))


def _windows(graph: Rewriter, conv: NodeProto, x: str, size: int) -> str:
    """(1, N, C) -> (1, N, size * C): each frame with its neighbours, zeros beyond the ends."""
    name, margin = conv.name, helper.get_node_attr_value(conv, "pads")[1]
    pads = graph.add_value(f"{name}/pads", np.array([0, margin, 0, 0, margin, 0]))
    axis = graph.add_value(f"{name}/axis", np.array([1]))
    graph.add("Pad", [x, pads], [f"{name}/padded"])
    shifted = [f"{name}/shifted_{place}" for place in range(size)]
    for place, output in enumerate(shifted):
        begin = graph.add_value(f"{output}/begin", np.array([place]))
        end = graph.add_value(f"{output}/end", np.array([place - size + 1 or END]))
        graph.add("Slice", [f"{name}/padded", begin, end, axis], [output])
    graph.add("Concat", shifted, [f"{name}/windows"], axis=2)
    return f"{name}/windows"


def _quick_gelu(graph: Rewriter) -> None:
    """Gelu by one sigmoid, whose kernel takes half the time: the 1.702 goes into the layer before it,
    and out of that after it."""
    for gelu in graph.nodes("Gelu"):
        layer, (after, *others) = graph.layer(gelu.input[0]), graph.users(gelu.output[0])
        if layer is None or others or after.op_type != "DynamicQuantizeLinear":
            continue
        _scale(graph, layer.scales, 1, QUICK)
        _scale(graph, layer.bias, 0, QUICK)
        for scales in graph.users(after.output[1]):
            _scale(graph, scales, 1, 1 / QUICK)
        graph.remove(gelu)
        graph.add("Sigmoid", gelu.input, [f"{gelu.name}/sigmoid"])
        graph.add("Mul", (gelu.input[0], f"{gelu.name}/sigmoid"), gelu.output)


def _scale(graph: Rewriter, node: NodeProto, place: int, factor: np.float32) -> None:
    """A weight among a node's inputs, for it alone."""
    name = graph.add_value(f"{node.name}/{place}", graph.value(node.input[place]) * factor)
    node.input[place] = name
