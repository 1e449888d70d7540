"""Shapes that a model works out while it runs, worked out beforehand: from known sizes alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

Sizes: TypeAlias = Mapping[str, list[int]]

MOST_NUMBERS = 4096  # of a tensor that is worked out: shapes and masks of a few have less


ARRANGING = frozenset(
    "Cast DequantizeLinear Expand Identity Reshape Squeeze Transpose Unsqueeze".split()  # noqa: SIM905
)
"""Operators that leave what is learned as it is, in another form."""


def fold(model: Any) -> bool:
    """Put numbers in place of the operators that follow from known shapes; return if any does."""
    dims = {
        each.name: [axis.dim_value for axis in each.type.tensor_type.shape.dim]
        for each in (*model.graph.input, *model.graph.value_info, *model.graph.output)
        if each.type.tensor_type.HasField("shape")
        and all(axis.HasField("dim_value") for axis in each.type.tensor_type.shape.dim)
    }
    dims |= {each.name: list(each.dims) for each in model.graph.initializer}
    values = {
        each.name: numpy_helper.to_array(each)
        for each in model.graph.initializer
        if each.data_location != TensorProto.EXTERNAL and _count(each.dims) <= MOST_NUMBERS
    }
    made, kept = [], []
    for node in model.graph.node:
        found = _results(node, dims, values)
        if found is None:
            kept.append(node)
        else:
            values |= found
            made += [numpy_helper.from_array(value, name) for name, value in found.items()]
    del model.graph.node[:]
    model.graph.node.extend(kept)
    model.graph.initializer.extend(made)
    return bool(made)


def _results(node: Any, dims: Sizes, values: dict[str, Any]) -> dict[str, Any] | None:
    """Return what an operator gives, if that is known without running the model."""
    if node.op_type == "Shape" and node.input[0] in dims:
        inputs = {node.input[0]: None}
    elif (
        any(name not in values for name in node.input if name)
        or node.op_type == "Loop"
        or _is_arranged(node, values)
    ):
        return None
    else:
        inputs = {name: values[name] for name in node.input if name}
    try:
        return _run(node, inputs, dims)
    except Exception:  # noqa: BLE001  an operator may be none that can be run so
        return None


def _is_arranged(node: Any, values: Mapping[str, Any]) -> bool:
    """Return whether an operator arranges what may be learned: several numbers, and no sizes."""
    given = values.get(node.input[0]) if node.op_type in ARRANGING else None
    return given is not None and given.size > 1 and given.dtype.name not in {"int64", "bool"}


def _run(node: Any, inputs: dict[str, Any], dims: Sizes) -> dict[str, Any] | None:
    if node.op_type == "Shape":
        sizes = dims[node.input[0]]
        attributes = {each.name: each.i for each in node.attribute}
        sizes = sizes[attributes.get("start", 0) : attributes.get("end", len(sizes))]
        tensor = helper.make_tensor("", TensorProto.INT64, [len(sizes)], sizes)
        return {node.output[0]: numpy_helper.to_array(tensor)}
    run: Any = ReferenceEvaluator(node).run(None, inputs)
    if any(value.size > MOST_NUMBERS for value in run):
        return None
    return dict(zip(node.output, run, strict=True))


def _count(dims: Any) -> int:
    count = 1
    for size in dims:
        count *= size
    return count
