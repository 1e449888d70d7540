"""Operators of onnxruntime and quantized ones as the plain operators that they are.

A `QLinearConv` is a convolution of whole numbers, and a `FusedGemm` a linear layer with an
activation behind it: shapes, parameters and products are those of the plain operator, on those of
their inputs that are no scales, zero points or settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from onnx import TensorProto, helper, inliner

RUNTIMES = "com.microsoft"
"""The domain of onnxruntime's own operators."""


class Plain(NamedTuple):
    """What an operator is.

    Attributes:
        name: The plain operator.
        places: Its inputs, by their places among those of the other one; None if every third is.
        dropped: The attributes that the plain one has not.
    """

    name: str
    places: tuple[int, ...] | None
    dropped: tuple[str, ...] = ()


QUANTIZED: Mapping[str, Plain] = {
    "ConvInteger": Plain("Conv", (0, 1)),
    "MatMulInteger": Plain("MatMul", (0, 1)),
    "QLinearConv": Plain("Conv", (0, 3, 8), ("channels_last",)),
    "QLinearMatMul": Plain("MatMul", (0, 3)),
}
"""Those of the standard domain."""

OF_RUNTIME: Mapping[str, Plain] = {
    "DynamicQuantizeMatMul": Plain("MatMul", (0, 1)),
    "FusedConv": Plain("Conv", (0, 1, 2), ("activation", "activation_params")),
    "FusedGemm": Plain("Gemm", (0, 1, 2), ("activation", "activation_alpha", "activation_beta")),
    "MatMulIntegerToFloat": Plain("MatMul", (0, 1)),
    "QGemm": Plain("Gemm", (0, 3, 6)),
    "QLinearAdd": Plain("Add", (0, 3)),
    "QLinearAveragePool": Plain("AveragePool", (0,), ("channels_last",)),
    "QLinearConcat": Plain("Concat", None),
    "QLinearConv": Plain("Conv", (0, 3, 8), ("channels_last",)),
    "QLinearGlobalAveragePool": Plain("GlobalAveragePool", (0,), ("channels_last",)),
    "QLinearLeakyRelu": Plain("LeakyRelu", (0,)),
    "QLinearMul": Plain("Mul", (0, 3)),
    "QLinearSigmoid": Plain("Sigmoid", (0,)),
    "QLinearSoftmax": Plain("Softmax", (0,), ("opset",)),
    "QLinearWhere": Plain("Where", (0, 1, 4)),
}
"""Those of onnxruntime."""


def made_plain(model: Any) -> tuple[Any, list[str]]:
    """Return a model with functions written out and plain operators, and the names of the others.

    Args:
        model: The model, which changes.
    """
    if model.functions:
        model = inliner.inline_local_functions(model)
    found: dict[str, None] = {}
    for node in model.graph.node:
        table = OF_RUNTIME if node.domain == RUNTIMES else {} if node.domain else QUANTIZED
        plain = table.get(node.op_type)
        if plain is None or _is_otherwise(node):
            continue
        found[node.op_type] = None
        taken = [*node.input[2::3]] if plain.places is None else _at(node.input, plain.places)
        kept = [each for each in node.attribute if each.name not in plain.dropped]
        del node.input[:], node.attribute[:]
        node.op_type, node.domain = plain.name, ""
        node.input.extend(taken)
        node.attribute.extend(kept)
    if found:
        for each in model.graph.output:  # whole numbers come out as numbers of another type
            each.type.tensor_type.elem_type = TensorProto.UNDEFINED
    return model, sorted(found)


def _is_otherwise(node: Any) -> bool:
    """Return whether an operator works on images with their channels last."""
    settings = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    return bool(settings.get("channels_last"))


def _at(names: Any, places: tuple[int, ...]) -> list[str]:
    taken = [names[place] if place < len(names) else "" for place in places]
    while taken and not taken[-1]:
        taken.pop()
    return taken
