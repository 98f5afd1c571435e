"""A graph whose nodes are found, added and taken away."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]


class Layer(NamedTuple):
    """The nodes of a linear layer in int8, as onnxruntime's quantization writes it."""

    product: NodeProto
    """MatMulInteger"""
    scales: NodeProto
    """its input's scale times its weight's"""
    bias: NodeProto

    @property
    def inputs(self) -> tuple[str, str, str]:
        """What `DynamicQuantizeLinear` makes of the input: numbers, scale and zero point."""
        return self.product.input[0], self.scales.input[0], self.product.input[2]


class Rewriter:
    """Nodes by what they make, and weights by their names."""

    def __init__(self, graph: GraphProto) -> None:
        self.graph = graph
        self.makers = {output: node for node in graph.node for output in node.output}
        self.weights = {array.name: array for array in graph.initializer}

    def nodes(self, kind: str) -> list[NodeProto]:
        return [node for node in self.graph.node if node.op_type == kind]

    def maker(self, name: str, kind: str) -> NodeProto | None:
        """The node that makes a value, if it is of a kind."""
        node = self.makers.get(name)
        return node if node is not None and node.op_type == kind else None

    def users(self, name: str) -> list[NodeProto]:
        return [node for node in self.graph.node if name in node.input]

    def is_value(self, name: str) -> bool:
        """Of a weight, a constant, or another name of one."""
        node = self.makers.get(name)
        if node is None or node.op_type == "Constant":
            return node is not None or name in self.weights
        return node.op_type == "Identity" and self.is_value(node.input[0])

    def value(self, name: str) -> Array:
        if name in self.weights:
            return numpy_helper.to_array(self.weights[name])
        node = self.makers[name]
        if node.op_type == "Identity":  # equal weights are written once
            return self.value(node.input[0])
        return numpy_helper.to_array(helper.get_node_attr_value(node, "value"))

    def add_value(self, name: str, values: Array) -> str:
        array = numpy_helper.from_array(np.ascontiguousarray(values), name)
        self.graph.initializer.append(array)
        self.weights[name] = array
        return name

    def add(
        self, kind: str, inputs: Iterable[str], outputs: Sequence[str], **settings: Any
    ) -> None:
        name = f"{outputs[0]}/{kind}"
        node = helper.make_node(kind, list(inputs), list(outputs), name, **settings)
        self.graph.node.append(node)
        self.makers |= dict.fromkeys(outputs, self.graph.node[-1])

    def remove(self, node: NodeProto) -> None:
        self.graph.node.remove(node)

    def layer(self, output: str) -> Layer | None:
        """The one that makes a value."""
        add = self.maker(output, "Add")
        if add is None or not self.is_value(add.input[0]):
            return None
        product = self.maker(add.input[1], "Mul")
        cast = product and self.maker(product.input[0], "Cast")
        integers = cast and self.maker(cast.input[0], "MatMulInteger")
        scales = product and self.maker(product.input[1], "Mul")
        return Layer(integers, scales, add) if integers and scales else None

    def add_layer(
        self, output: str, inputs: tuple[str, str, str], weight: Array, scale: Array, bias: Array
    ) -> None:
        """weight (inputs, outputs) in int8, scale and bias (outputs,), inputs as `Layer.inputs`."""
        numbers, of_input, zero_point = inputs
        given = (("weight", weight), ("scale", scale), ("bias", bias))
        weights, scales, biases = (self.add_value(f"{output}/{name}", v) for name, v in given)
        parts = [f"{output}/{part}" for part in ("integers", "floats", "scales", "product")]
        self.add("MatMulInteger", (numbers, weights, zero_point), parts[:1])
        self.add("Cast", parts[:1], parts[1:2], to=TensorProto.FLOAT)
        self.add("Mul", (of_input, scales), parts[2:3])
        self.add("Mul", parts[1:3], parts[3:])
        self.add("Add", (biases, parts[3]), [output])

    def tidy(self) -> None:
        """Drop what nothing needs, and order the rest."""
        needed = {output.name for output in self.graph.output}
        while more := {name for node in self._making(needed) for name in node.input} - needed:
            needed |= more
        nodes, known = list(self._making(needed)), {*self.weights, ""}
        known |= {value.name for value in self.graph.input}
        weights = [array for array in self.graph.initializer if array.name in needed]
        del self.graph.initializer[:], self.graph.node[:]
        self.graph.initializer.extend(weights)
        while nodes:
            ready = [node for node in nodes if known.issuperset(node.input)]
            nodes = [node for node in nodes if node not in ready]
            known |= {name for node in ready for name in node.output}
            self.graph.node.extend(ready)

    def _making(self, names: set[str]) -> Iterator[NodeProto]:
        return (node for node in self.graph.node if not names.isdisjoint(node.output))
