"""Graphs to the bytes of ONNX files, in float32 or in int8."""

import logging
import warnings
from pathlib import Path

import torch

from speech.storage.temporaries import temporary_folder
from student.onnx.graphs import Graph

OPSET = 20
"""the first with Gelu"""


def traced(graph: Graph) -> bytes:
    """By torch's exporter of traces: its newer one needs onnxscript, and gains nothing here."""
    inputs = graph.inputs()
    with (
        temporary_folder() as folder,
        warnings.catch_warnings(),
        torch.no_grad(),
    ):
        warnings.simplefilter("ignore", DeprecationWarning)
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            graph.eval(),
            tuple(inputs.values()),
            path,
            input_names=list(inputs),
            output_names=list(graph.outputs),
            dynamic_axes=graph.axes,
            opset_version=OPSET,
            dynamo=False,
        )
        return path.read_bytes()


def quantized(graph: bytes, parts: tuple[str, ...]) -> bytes:
    """Linear layers in int8 whose names have one of `parts` in them, each output channel by its own
    scale, inputs as they come.

    Weights keep 7 bits: where a processor has no VNNI, sums of 8-bit products overflow 16 bits.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load_from_string(graph)
    linear = [node.name for node in model.graph.node if node.op_type == "MatMul"]
    chosen = [name for name in linear if any(part in name for part in parts)]
    if not chosen:  # which quantize_dynamic takes for all
        return graph
    with temporary_folder() as folder:
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
                nodes_to_quantize=chosen,
            )
        finally:
            logging.disable(logging.NOTSET)
        return path.read_bytes()
