"""An .onnx file with the shape of every tensor for one example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import onnx
from onnx import TensorProto, helper, shape_inference

from archstat.errors import UsageError, did_you_mean, shown
from archstat.files import is_file, no_file
from archstat.layers.base import Shape
from archstat.models.inputs import InputSpec, fitted
from archstat.models.onnx.bodies import (
    loop_outputs,
    scalars,
    scales_in,
    scanned,
    tensors_of,
    with_branches_taken,
)
from archstat.models.onnx.folding import fold
from archstat.models.onnx.of_runtime import RULES
from archstat.models.onnx.plain import RUNTIMES, made_plain

MOST_ROUNDS = 100  # of inference, where a model works out shapes from shapes

Dims: TypeAlias = tuple[int, ...]

RECURRENT = frozenset({"GRU", "LSTM", "RNN"})
"""Operators whose first axis is steps, and whose second one examples."""

STANDARD = ("", "ai.onnx")
"""The names of ONNX's own domain."""

FLOATS = frozenset(
    {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE}
)
QUANTIZED = frozenset({TensorProto.INT8, TensorProto.UINT8, TensorProto.INT4, TensorProto.UINT4})
BYTES: Mapping[int, int | Fraction] = {
    TensorProto.DOUBLE: 8,
    **dict.fromkeys((TensorProto.FLOAT16, TensorProto.BFLOAT16), 2),
    **dict.fromkeys((TensorProto.INT8, TensorProto.UINT8), 1),
    **dict.fromkeys((TensorProto.INT4, TensorProto.UINT4), Fraction(1, 2)),
}
"""How many bytes a number has, where it is not as many as usual."""

TYPES: Mapping[int, str] = {
    TensorProto.FLOAT: "float32",
    TensorProto.DOUBLE: "float64",
    TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16",
    TensorProto.INT64: "int64",
    TensorProto.INT32: "int32",
    TensorProto.BOOL: "bool",
}


MOST_BYTES = (1 << 31) - 1
"""Of a file: no message of protobuf is longer."""


@dataclass(frozen=True)
class Exported:
    """A model, as its file has it, for a batch of one.

    Attributes:
        nodes: Its operators, in an order in which they can run.
        inputs: The inputs, with their first axis, which is the batch.
        stored: The tensors in the file, with their shapes and types.
        dims: The shape of each tensor that is known, with its first axis.
        types: The types of these.
        known: The numbers that are stored one in a tensor, such as how often a loop runs.
        scales: The scales that are stored for operators that resize.
        read_as_plain: The operators that were read as the plain ones that they are.
    """

    nodes: Sequence[Any]
    inputs: Mapping[str, Dims]
    stored: Mapping[str, tuple[Dims, int]]
    dims: Mapping[str, Dims]
    opset: int
    types: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, int | bool] = field(default_factory=dict)
    scales: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    read_as_plain: Sequence[str] = ()


def read_model(path: str, inputs: Sequence[InputSpec]) -> Exported:
    """Return an exported model with the shape of every tensor, for inputs of these shapes.

    Numbers that lie in other files, as those of large models do, are not read.

    Raises:
        UsageError: There is no such file, it is no model, or it does not say what its input is.
    """
    file = Path(path)
    if not is_file(file):
        raise no_file(path, [".onnx"])
    if file.stat().st_size > MOST_BYTES:
        raise UsageError(f"{shown(path)} has more than 2 GiB, and no ONNX model has")
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception:  # noqa: BLE001  protobuf raises errors of its own
        raise UsageError(f"{shown(path)} is no ONNX model") from None
    if not model.graph.node:
        raise UsageError(f"{shown(path)} is no ONNX model with operators")
    while with_branches_taken(model.graph):
        pass
    model, read_as_plain = made_plain(model)
    stored = {each.name: (tuple(each.dims), each.data_type) for each in model.graph.initializer}
    stated = _stated(model, path, stored, inputs)
    model = _inferred(model, path, stated)
    tensors = tensors_of(model.graph)
    dims = {name: shape for name, (shape, _) in tensors.items()}
    return Exported(
        list(model.graph.node),
        stated,
        stored,
        {**dims, **{name: shape for name, (shape, _) in stored.items()}, **stated},
        _opset(model),
        {name: kind for name, (_, kind) in tensors.items()},
        scalars(model.graph),
        scales_in(model.graph),
        read_as_plain,
    )


def _opset(model: Any) -> int:
    return next((each.version for each in model.opset_import if each.domain in STANDARD), 1)


def _stated(
    model: Any, path: str, stored: Mapping[str, object], inputs: Sequence[InputSpec]
) -> dict[str, Dims]:
    """Return the shape of each input for a batch of one, as the file says or was asked."""
    own = {each.name: each for each in model.graph.input if each.name not in stored}
    names = list(own)
    asked: dict[str, InputSpec] = {}
    for number, given in enumerate(inputs):
        name = given.name or (names[number] if number < len(names) else "")
        if name not in own:
            raise UsageError(
                f"{path} has no input {shown(name or number + 1)}, but {', '.join(names)}",
                hint=did_you_mean(name, names),
            ).within("input")
        asked[name] = given
    steps = {
        each
        for node in model.graph.node
        for each in (node.input if node.op_type in RECURRENT else scanned(node))
    }
    return {
        name: (
            (_sizes(each)[0] or 1) if name in steps else 1,
            *_example(asked.get(name), _sizes(each), path),
        )
        for name, each in own.items()
    }


def _example(given: InputSpec | None, sizes: list[int | None], path: str) -> Shape:
    """Return the shape of one example of an input, whose sizes may be open."""
    usual = sizes[1:]
    if given is not None:
        shape = given.shape
        if len(shape) == len(usual) + 1 and shape[0] == 1:
            shape = shape[1:]
        if None not in usual:
            shape = fitted(InputSpec(shape), tuple(size or 0 for size in usual)).shape
        if len(shape) != len(usual):
            raise UsageError(
                f"{path} takes {len(usual)} axes without the batch, got {len(shape)}"
            ).within("input")
        return shape
    if None in usual:
        raise UsageError(
            f"{path} leaves the size of its input open", instead={"input": (3, 224, 224)}
        )
    return tuple(size or 1 for size in usual)


def _sizes(value: Any) -> list[int | None]:
    """Return the sizes of an input, None where the file leaves them open."""
    axes = value.type.tensor_type.shape.dim
    return [axis.dim_value or None if axis.HasField("dim_value") else None for axis in axes]


def _dims(value: Any) -> Dims | None:
    sizes = _sizes(value) if value.type.tensor_type.HasField("shape") else [None]
    return None if None in sizes else tuple(size or 0 for size in sizes)


def _inferred(model: Any, path: str, stated: Mapping[str, Dims]) -> Any:
    """Return the model with the shapes that follow from those of its inputs."""
    for each in model.graph.input:
        if each.name in stated:
            kind = each.type.tensor_type.elem_type
            each.CopyFrom(helper.make_tensor_value_info(each.name, kind, stated[each.name]))
    del model.graph.value_info[:]
    for each in model.graph.output:
        each.type.tensor_type.ClearField("shape")
    try:
        found = shape_inference.infer_shapes(model, strict_mode=False, data_prop=True)
        for _ in range(MOST_ROUNDS):
            if _are_known(found) or not (_keep_shapes(found) | fold(found)):
                break
            _forget_open_shapes(found)
            found = shape_inference.infer_shapes(found, strict_mode=False, data_prop=True)
        return found  # noqa: TRY300  what may fail is above
    except Exception as error:  # noqa: BLE001  it has errors of its own
        first_line = str(error).strip().partition("\n")[0]
        raise UsageError(f"{path}: shapes cannot be inferred: {first_line}") from None


def _forget_open_shapes(model: Any) -> None:
    """Leave out shapes that are known in part: inference would keep what it has called unknown."""
    known = [each for each in model.graph.value_info if _dims(each) is not None]
    del model.graph.value_info[:]
    model.graph.value_info.extend(known)


def _keep_shapes(model: Any) -> bool:
    """State the shapes that inference leaves open, of norms and of loops; return if any was."""
    given = [*model.graph.input, *model.graph.value_info, *model.graph.output]
    known = {each.name: each for each in given if _dims(each) is not None}
    made = False
    for node in model.graph.node:
        source, output = known.get(node.input[0]) if node.input else None, node.output[0]
        if node.op_type.endswith("Normalization") and source is not None and output not in known:
            kind = source.type.tensor_type.elem_type
            stated = helper.make_tensor_value_info(output, kind, _dims(source))
            model.graph.value_info.append(stated)
            known[output] = stated
            made = True
    made |= _keep_shapes_of_runtime(model, known)
    for node in model.graph.node:
        if node.op_type == "Loop" and not set(node.output) <= known.keys():
            tensors = tensors_of(model.graph)
            for name, *typed in loop_outputs(node, scalars(model.graph), tensors, _opset(model)):
                shape, kind = typed
                model.graph.value_info.append(helper.make_tensor_value_info(name, kind, shape))
                made |= name not in known
    return made


def _keep_shapes_of_runtime(model: Any, known: dict[str, Any]) -> bool:
    """State the shapes of what onnxruntime's own operators make; return if any was."""
    made = False
    dims = {name: shape for name, (shape, _) in tensors_of(model.graph).items()}
    for node in model.graph.node:
        rule = RULES.get(node.op_type) if node.domain == RUNTIMES else None
        if rule is None or node.output[0] in known:
            continue
        stated = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        shape = rule.shape([dims.get(name) for name in node.input], stated)
        if shape is not None:
            info = helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, shape)
            model.graph.value_info.append(info)
            dims[node.output[0]] = shape
            known[node.output[0]] = info
            made = True
    return made


def _are_known(model: Any) -> bool:
    """Return whether the shape of what every operator makes is known."""
    known = {each.name for each in (*model.graph.value_info, *model.graph.output) if _dims(each)}
    return all(set(node.output) <= known for node in model.graph.node)
