"""The multiply–accumulates of operators that multiply, or that run others which do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod

from onnx import helper

from archstat.models.onnx.bodies import RUNNING, bodies, inferred_body, rounds, scalars, tensors_of
from archstat.models.onnx.of_runtime import RULES
from archstat.models.onnx.plain import RUNTIMES
from archstat.models.onnx.use import Use, is_standard


def _convolution_macs(use: Use) -> int | None:
    shape = use.shape(1)
    if shape is None:
        return None
    if use.node.op_type == "ConvTranspose":
        return prod(use.given) * prod(shape[1:])
    return prod(use.out) * prod(shape[1:])


def _product_macs(use: Use, left: int = 0) -> int | None:
    shape = use.shape(left)
    if not shape:
        return None
    return prod(use.out) * shape[-2 if use.stated("transA", 0) else -1]


def _recurrent_macs(gates: int) -> Callable[[Use], int | None]:
    """Return what counts a recurrent layer: at each step, both products of every gate."""

    def macs(use: Use) -> int | None:
        weights, states = use.shape(1), use.shape(2)
        if weights is None or states is None or len(use.given) != 3:  # noqa: PLR2004  steps, batch, features
            return None
        directions, rows, features = weights
        steps = use.given[0] * use.given[1]
        return steps * directions * gates * (rows // gates) * (features + states[2])

    return macs


def _einsum_macs(use: Use) -> int | None:
    """Return the size of all axes that a product of two tensors runs over, if one is summed."""
    left, _, right = str(use.stated("equation")).replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != 2 or "." in left or not right:  # noqa: PLR2004  a product of two
        return None
    sizes: dict[str, int] = {}
    for number, term in enumerate(terms):
        sizes |= dict(zip(term, use.shape(number) or (), strict=False))
    return prod(sizes.values()) if set(sizes) - set(right) else 0


def _attention_macs(use: Use) -> int | None:
    """Return both products of attention: of each query with each key, and of that with the values.

    Keys that were kept from before count, too.
    """
    query, key, past = use.shape(0), use.shape(1), use.shape(4)
    if query is None or key is None or (use.has(4) and past is None):
        return None
    keys = key[-2] + (past[-2] if past else 0)
    return keys * (prod(query) + prod(use.out))


MACS: Mapping[str, Callable[[Use], int | None]] = {
    "Attention": _attention_macs,
    "Conv": _convolution_macs,
    "ConvTranspose": _convolution_macs,
    "Einsum": _einsum_macs,
    "GRU": _recurrent_macs(3),
    "Gemm": _product_macs,
    "LSTM": _recurrent_macs(4),
    "MatMul": _product_macs,
    "RNN": _recurrent_macs(1),
}
"""The multiply–accumulates of operators that multiply and may be no layer kind."""

OPEN = frozenset({"DFT", "DeformConv", "Det", "STFT"})
"""Operators that multiply, and that nobody counts here."""


def counted(use: Use) -> tuple[int, tuple[str, ...]]:
    """Return the multiply–accumulates of an operator, and the operators that are not counted."""
    name = use.node.op_type
    if use.node.domain == RUNTIMES and name in RULES:
        shapes = [use.shape(number) for number in range(len(use.inputs))]
        stated = {each.name: helper.get_attribute_value(each) for each in use.node.attribute}
        found = RULES[name].macs(shapes, stated)
        return found or 0, (name,) if found is None else ()
    if not is_standard(use.node) or name in OPEN:
        return 0, (name,)
    if name in RUNNING:
        return _counted_inside(use)
    try:
        macs = MACS[name](use) if name in MACS else 0
    except KeyError:  # the shape of what it works on is not known
        macs = None
    return macs or 0, (name,) if macs is None else ()


def _counted_inside(use: Use) -> tuple[int, tuple[str, ...]]:
    """Return what the graphs in an operator cost: of branches the one that costs more."""
    model = use.model
    tensors = {name: (shape, model.types.get(name, 1)) for name, shape in model.dims.items()}
    times = rounds(use.node, model.known, tensors)
    if times is None:
        return 0, (use.node.op_type,)
    costs = []
    for body in bodies(use.node):
        inside = inferred_body(use.node, body, tensors, model.opset)
        seen = tensors | tensors_of(inside)
        dims = {name: shape for name, (shape, _) in seen.items()}
        types = {name: kind for name, (_, kind) in seen.items()}
        own = replace(model, dims=dims, types=types, known={**model.known, **scalars(inside)})
        each = [counted(Use(node, own, [*node.input], [*node.input])) for node in inside.node]
        names = {name for _, missing in each for name in missing}
        costs.append((times * sum(macs for macs, _ in each), tuple(sorted(names))))
    return max(costs)
