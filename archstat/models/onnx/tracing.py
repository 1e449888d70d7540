"""An exported model as a graph: its operators in turn, with the tensors that each is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

from onnx import TensorProto

from archstat.errors import TraceError, UsageError, within
from archstat.graph import BYTES_PER_NUMBER, INPUT, Graph, Node
from archstat.layers import Layer
from archstat.layers.base import Shape, is_bias, times
from archstat.models.onnx.bodies import bodies, captured
from archstat.models.onnx.file import BYTES, FLOATS, QUANTIZED, Exported
from archstat.models.onnx.naming import names_of
from archstat.models.onnx.operators import LEARNED, VIEWS, layer_of
from archstat.models.onnx.use import Use, is_standard, require_attributes

SIZES = frozenset({"Shape", "Size"})
"""Operators that tell a shape, which is known, and read no values."""

PASSING = VIEWS | {"Cast", "DequantizeLinear", "QuantizeLinear"}
"""Operators that leave the values of what is stored as they are, in another form."""


def graph_of_model(model: Exported, name: str, *, batch_size: int) -> Graph:
    """Return the graph of an exported model.

    Raises:
        UsageError: The shape of a tensor is not known.
        TraceError: A formula contradicts the shapes that ONNX infers.
    """
    reader = _Reader(model, batch_size)
    for node, path in zip(model.nodes, names_of(model), strict=True):
        reader.read(node, path)
    first, *others = model.inputs
    more = {other: model.inputs[other][1:] for other in others}
    nodes = tuple(reader.nodes)
    notes = [f"exported as ONNX, opset {model.opset}"]
    if names := model.read_as_plain:
        notes.append(f"read as the plain operators that they are: {', '.join(names)}")
    if any(node.op_type == "If" for node in model.nodes):
        notes.append("of branches that values choose, the one that costs more is counted")
    return Graph(
        Path(name).name, model.inputs[first][1:], nodes, notes=tuple(notes), more_inputs=more
    )


class _Reader:
    """Makes nodes of operators, and knows which tensors each of them made."""

    def __init__(self, model: Exported, batch_size: int) -> None:
        self.model = model
        self.batch_size = batch_size
        self.nodes: list[Node] = []
        first, *others = model.inputs
        self._makers: dict[str, str] = {first: INPUT, **{name: name for name in others}}
        self._stored: dict[str, str] = {name: name for name in model.stored}
        self._readers = Counter(name for node in model.nodes for name in node.input)
        whole = _biases_of_whole_numbers(model)
        self._unclaimed = {
            name: shape
            for name, (shape, kind) in model.stored.items()
            if (kind in FLOATS | QUANTIZED or name in whole) and prod(shape) > 1
        }
        self._taken: Counter[str] = Counter()
        self._claimed: dict[str, Shape] = {}
        self._products: dict[str, int] = {}
        self._reshaped = {each.output[0] for each in model.nodes if each.op_type == "Reshape"}

    def read(self, node: Any, path: str) -> None:
        """Read an operator: a constant, a bias of the product before it, or a node of its own."""
        inputs = [*node.input, *captured(node)]
        data = [name for name in dict.fromkeys(inputs) if name in self._makers]
        if not data or node.op_type in SIZES:
            sources = [name for name in inputs if name in self._stored]
            if (
                node.op_type in {*PASSING, "Expand", "Reshape", "Squeeze", "Transpose", "Unsqueeze"}
                and sources
            ):
                self._stored[node.output[0]] = self._stored[sources[0]]
            return
        with within(path):
            require_attributes(node, self.model.opset)
        if any(name not in self.model.dims for name in (*data, node.output[0])):
            raise _unknown_shape(node).within(path)
        use = Use(node, self.model, inputs, data)
        if not self._is_bias(use):
            self._add(use, path)

    def _is_bias(self, use: Use) -> bool:
        """Return whether an operator adds a bias to the linear layer before it; then note it."""
        if use.node.op_type != "Add" or len(use.data) != 1 or len(use.inputs) != 2:  # noqa: PLR2004  two terms
            return False
        number = self._products.get(use.data[0])
        other = next(name for name in use.inputs if name != use.data[0])
        stored = self._stored.get(other, "")
        if number is None or self._readers[use.data[0]] > 1 or stored not in self._unclaimed:
            return False
        node = self.nodes[number]
        if self._unclaimed[stored] != node.out_shape[-1:]:
            return False
        self._claimed[stored] = self._unclaimed.pop(stored)
        params = {**node.param_shapes, "bias": self._claimed[stored]}
        sizes = {**node.param_sizes, **self._size("bias", stored)}
        self.nodes[number] = replace(
            node, layer=_with_bias(node.layer), params=params, param_sizes=sizes
        )
        self._makers[use.node.output[0]] = node.name
        return True

    def _add(self, use: Use, path: str) -> None:
        layer = layer_of(use)
        in_shape, out_shape = use.given[1:], use.out[1:]
        if layer.has_formulas:
            in_shape = self._in_shape(use, layer)
            self._hold(layer, in_shape, out_shape, path)
        self._taken[path] += 1
        name = path if self._taken[path] == 1 else f"{path} ({self._taken[path]})"
        sources = tuple(self._makers[each] for each in use.data)
        first = use.out[0] if use.out else 1
        again = self._read_again(use)
        params, sizes = self._learned(use)
        node = Node(
            name,
            layer,
            sources,
            in_shape,
            out_shape,
            examples=None if first == 1 else first * self.batch_size,
            params=params,
            param_sizes=sizes,
            read_again=again,
            is_call=not layer.has_formulas,
        )
        if use.node.op_type == "MatMul" and layer.kind == "linear":
            self._products[use.node.output[0]] = len(self.nodes)
        self.nodes.append(node)
        made = (
            use.node.output[:1] if use.node.op_type == "DynamicQuantizeLinear" else use.node.output
        )
        self._makers |= {output: name for output in made if output}  # scales are no values

    def _in_shape(self, use: Use, layer: Layer) -> Shape:
        return layer.combine([self.model.dims[name][1:] for name in use.data])

    def _hold(self, layer: Layer, in_shape: Shape, out_shape: Shape, path: str) -> None:
        """Hold a formula against the shape that ONNX infers.

        Raises:
            TraceError: They differ.
        """
        given = layer.out_shape(in_shape)
        if given != out_shape:
            raise TraceError(
                f"the formula gives {times(given)}, ONNX infers {times(out_shape)}"
            ).within(f"layer {path!r} ({layer.kind})")

    def _size(self, role: str, stored: str) -> dict[str, int | Fraction]:
        """Return how many bytes a number of a stored tensor has, if not as many as usual."""
        size = BYTES.get(self.model.stored[stored][1], BYTES_PER_NUMBER)
        return {} if size == BYTES_PER_NUMBER else {role: size}

    def _read_again(self, use: Use) -> int:
        """Return how many numbers it reads that others hold: what is equal is stored once."""
        read = {self._stored.get(name, "") for name in use.inputs} & self._claimed.keys()
        return sum(prod(self._claimed[name]) for name in read)

    def _learned(self, use: Use) -> tuple[dict[str, Shape], dict[str, int | Fraction]]:
        """Return the stored tensors that an operator is the first to read, by what they are.

        With them, how many bytes their numbers have, where that is not as usual.
        """
        roles: Mapping[int, str] = (
            LEARNED.get(use.node.op_type, {})
            if is_standard(use.node)
            else dict.fromkeys(range(len(use.inputs)), "weight")
        )
        found: dict[str, Shape] = {}
        sizes: dict[str, int | Fraction] = {}
        if use.node.op_type == "InstanceNormalization" and use.data[0] in self._reshaped:
            roles = {}  # the inside of a group norm: ones and zeros
        for number, role in roles.items():
            source = self._stored.get(use.inputs[number]) if use.has(number) else None
            if source is not None and source in self._unclaimed:
                own = role if role not in found else f"{role}_{number}"
                found[own] = self._claimed[source] = self._unclaimed.pop(source)
                sizes |= self._size(own, source)
        for number, (source, shape) in enumerate(_inside(use.node, self._unclaimed)):
            self._unclaimed.pop(source, None)
            found[f"{'bias' if is_bias(source) else 'weight'}_inside_{number}"] = shape
        return found, sizes


def _biases_of_whole_numbers(model: Exported) -> set[str]:
    """Return what is stored as whole numbers, and added to products of such ones."""
    places = {"DequantizeLinear": 0, "Conv": 2, "Gemm": 2}
    read = {
        node.input[places[node.op_type]]
        for node in model.nodes
        if len(node.input) > places.get(node.op_type, len(node.input))
    }
    return {name for name in read if model.stored.get(name, ((), 0))[1] == TensorProto.INT32}


def _inside(node: Any, unclaimed: Mapping[str, Shape]) -> list[tuple[str, Shape]]:
    """Return what the graphs in an operator, as those of `If`, read of what is stored, or store."""
    found: dict[str, Shape] = {}
    for graph in bodies(node):
        found |= {
            each.name: tuple(each.dims)
            for each in graph.initializer
            if each.data_type in FLOATS | QUANTIZED and prod(each.dims) > 1
        }
        for inner in graph.node:
            found |= {name: unclaimed[name] for name in inner.input if name in unclaimed}
            found |= dict(_inside(inner, unclaimed))
    return list(found.items())


def _unknown_shape(node: Any) -> UsageError:
    """Return what to say where the shape of what an operator makes is not known."""
    if is_standard(node):
        return UsageError(
            f"the shape of {node.output[0]!r} ({node.op_type}) is not known",
            hint="export the model with static shapes, or simplify it: python -m onnxsim",
        )
    return UsageError(
        f"{node.op_type} of {node.domain} is no operator of ONNX, and what it makes is not known",
        hint="export the model with operators of ONNX alone, before it is optimized for a runtime",
    )


def _with_bias(layer: Layer) -> Layer:
    """Return a linear layer with a bias."""
    return replace(layer, bias=True)  # type: ignore[call-arg]  # it is one
