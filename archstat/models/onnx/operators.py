"""What each operator of the standard domain is: a layer kind, or one of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from archstat.layers import Layer, layer_kinds
from archstat.layers.opaque import UNTOLD, Observed
from archstat.layers.reach import Mixing, Permuted, Reach, Reshaped
from archstat.models.onnx.bodies import RESIZING
from archstat.models.onnx.counting import counted
from archstat.models.onnx.file import Dims
from archstat.models.onnx.resizing import reach_of, upsample_of
from archstat.models.onnx.use import Use, is_standard


def _known() -> Mapping[str, Any]:
    """Return the layer kinds by their names; each takes settings of its own."""
    return layer_kinds()


def layer_of(use: Use) -> Layer:
    """Return what an operator is."""
    maker = KINDS.get(use.node.op_type) if is_standard(use.node) else None
    made = maker(use) if maker else None
    return made or observed(use)


def observed(use: Use) -> Observed:
    """Return an operator for which there is no layer kind."""
    name = use.node.op_type
    macs, uncounted = counted(use)
    out = use.out
    examples = max(1, out[0] if out else 1)
    if macs % examples:  # the rounds of a loop, of which no one is like the others
        uncounted = (name,)
    return Observed(
        kind=name if is_standard(use.node) else f"{use.node.domain}.{name}",
        shape=out[1:],
        macs_seen=macs // examples,
        uncounted=uncounted,
        is_unit=bool(macs) and len(use.data) < sum(map(bool, use.inputs)),
        is_view=name in VIEWS and len(use.data) == 1,
        reads=_reach(use),
    )


def _reach(use: Use) -> Reach:
    name, out = use.node.op_type, use.out
    if name in ELEMENTWISE or name == "InstanceNormalization":
        return Mixing.NONE
    if len(use.data) != 1 or out[:1] != use.given[:1] or not out:
        return UNTOLD
    if name == "Transpose":
        order = use.stated("perm") or [*range(len(out))][::-1]
        return Permuted(tuple(axis - 1 for axis in order[1:])) if order[0] == 0 else UNTOLD
    if name in {"Flatten", "Reshape", "Squeeze", "Unsqueeze"}:
        return Reshaped(use.given[1:], out[1:])
    return reach_of(use) if name in RESIZING else UNTOLD


def _window(use: Use, kernel: Dims) -> dict[str, Any] | None:
    """Return the settings of a window; None where its two ends are padded differently."""
    axes = len(kernel)
    stride = tuple(use.stated("strides") or (1,) * axes)
    dilation = tuple(use.stated("dilations") or (1,) * axes)
    pads = tuple(use.stated("pads") or (0,) * 2 * axes)
    if use.stated("auto_pad", "NOTSET") in {"SAME_UPPER", "SAME_LOWER"}:
        needed = [
            max(0, (out - 1) * s + d * (k - 1) + 1 - size)
            for out, s, d, k, size in zip(
                use.out[2:], stride, dilation, kernel, use.given[2:], strict=True
            )
        ]
        pads = (*(n // 2 for n in needed), *(n - n // 2 for n in needed))
    if pads[:axes] != pads[axes:]:
        return None
    settings = {"kernel_size": kernel, "stride": stride, "padding": pads[:axes]}
    return settings if set(dilation) == {1} else {**settings, "dilation": dilation}


def _convolution(use: Use) -> Any:
    weight = use.shape(1)
    if weight is None or len(use.data) != 1:
        return None
    axes = len(weight) - 2
    window = _window(use, weight[2:])
    transposed = use.node.op_type == "ConvTranspose"
    kind = _known().get(f"conv{'_transpose' if transposed else ''}{axes}d")
    if window is None or kind is None:
        return None
    groups = use.stated("group", 1)
    out_channels = weight[1] * groups if transposed else weight[0]
    more = {"output_padding": tuple(use.stated("output_padding") or (0,) * axes)}
    return kind(
        in_channels=use.given[1],
        out_channels=out_channels,
        groups=groups,
        bias=use.has(2),
        **window,
        **(more if transposed else {}),
    )


def _pool(use: Use) -> Any:
    kernel = tuple(use.stated("kernel_shape"))
    window = _window(use, kernel)
    is_mean = use.node.op_type == "AveragePool"
    kind = _known().get(f"{'avg' if is_mean else 'max'}_pool{len(kernel)}d")
    if window is None or kind is None or (is_mean and "dilation" in window):
        return None
    more = {"count_include_pad": bool(use.stated("count_include_pad", 0))} if is_mean else {}
    return kind(ceil_mode=bool(use.stated("ceil_mode", 0)), **window, **more)


def _global_pool(use: Use) -> Any:
    axes = len(use.given) - 2
    word = "avg" if use.node.op_type == "GlobalAveragePool" else "max"
    kind = _known().get(f"adaptive_{word}_pool{axes}d")
    return kind(output_size=(1,) * axes) if kind else None


def _linear(use: Use) -> Any:
    """Return a linear layer for a product with weights that are stored."""
    weight = use.shape(1)
    if weight is None or len(weight) != 2 or len(use.data) != 1 or use.inputs[0] != use.data[0]:  # noqa: PLR2004  a matrix
        return None
    columns = weight[0] if use.stated("transB", 0) else weight[1]
    return _known()["linear"](in_features=use.given[-1], out_features=columns, bias=use.has(2))


def _batch_norm(use: Use) -> Any:
    axes = max(1, len(use.given) - 2)
    return _known()[f"batch_norm{axes}d"](num_features=use.given[1])


def _layer_norm(use: Use) -> Any:
    axis = use.stated("axis", -1)
    count = -axis if axis < 0 else len(use.given) - axis
    return _known()["layer_norm"](normalized_axes=count, bias=use.has(2))


def _join(use: Use) -> Any:
    """Return a join of branches; of constants or of other shapes it is an operator."""
    shapes = [use.model.dims[name] for name in use.data]
    everything = len(use.data) == sum(map(bool, use.inputs)) > 1
    if use.node.op_type == "Concat":
        return _known()["concat"]() if everything and use.stated("axis") == 1 else None
    if not everything or len(set(shapes)) > 1:
        return None
    return _known()["add" if use.node.op_type in {"Add", "Sum"} else "multiply"]()


def _flatten(use: Use) -> Layer | None:
    """Return flatten for what makes one row of each example."""
    is_row = len(use.out) == 2 and use.out[0] == use.given[0] and len(use.given) > 2  # noqa: PLR2004  batch and features
    return _known()["flatten"]() if is_row else None


def _clip(use: Use) -> Any:
    limits = use.stated("min"), use.stated("max")
    return _known()["relu6"]() if limits == (0.0, 6.0) else None


def _softmax(use: Use) -> Any:
    kind = _known()["softmax" if use.node.op_type == "Softmax" else "log_softmax"]
    axis = use.stated("axis", -1)
    return kind() if axis in {-1, len(use.given) - 1} else None


def _named(kind: str) -> Callable[[Use], Layer | None]:
    return lambda use: _known()[kind]() if len(use.data) else None


KINDS: Mapping[str, Callable[[Use], Layer | None]] = {
    "Add": _join,
    "AveragePool": _pool,
    "BatchNormalization": _batch_norm,
    "Clip": _clip,
    "Concat": _join,
    "Conv": _convolution,
    "ConvTranspose": _convolution,
    "Dropout": _named("dropout"),
    "Flatten": _flatten,
    "Gelu": _named("gelu"),
    "Gemm": _linear,
    "GlobalAveragePool": _global_pool,
    "GlobalMaxPool": _global_pool,
    "GroupNormalization": lambda use: _known()["group_norm"](num_groups=use.stated("num_groups")),
    "Identity": _named("identity"),
    "LRN": lambda use: _known()["local_response_norm"](
        size=use.stated("size"),
        alpha=use.stated("alpha", 1e-4),
        beta=use.stated("beta", 0.75),
        k=use.stated("bias", 1.0),
    ),
    "LayerNormalization": _layer_norm,
    "LeakyRelu": lambda use: _known()["leaky_relu"](negative_slope=use.stated("alpha", 0.01)),
    "LogSoftmax": _softmax,
    "MatMul": _linear,
    "MaxPool": _pool,
    "Mul": _join,
    "PRelu": lambda use: _known()["prelu"](num_parameters=prod(use.shape(1) or (1,))),
    "Relu": _named("relu"),
    "Reshape": _flatten,
    **dict.fromkeys(RESIZING, upsample_of),
    "Sigmoid": _named("sigmoid"),
    "Softmax": _softmax,
    "Sum": _join,
    "Tanh": _named("tanh"),
}
"""The layer kind that an operator is; None where it is none as it stands there."""


VIEWS = frozenset({"Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"})

ELEMENTWISE = frozenset(
    """
    Abs Add And Cast Ceil Celu Clip Cos DequantizeLinear Div Dropout DynamicQuantizeLinear Elu
    Equal Erf Exp Floor Gelu Greater HardSigmoid HardSwish Identity LeakyRelu Less Log Max Min
    Mish Mod Mul Neg Not Or PRelu Pow QuantizeLinear Reciprocal Relu Round Selu Sigmoid Sign Sin
    Softplus Softsign Sqrt Sub Sum Tan Tanh ThresholdedRelu Where
    """.split()  # noqa: SIM905  a list of names
)
"""Operators of which each output reads what is at its own place."""

NORMS = (
    "BatchNormalization", "GroupNormalization", "InstanceNormalization", "LayerNormalization",
)  # fmt: skip

LEARNED: Mapping[str, Mapping[int, str]] = {
    **{name: {1: "weight", 2: "bias"} for name in ("Conv", "ConvTranspose", "Gemm", *NORMS)},
    **{name: {1: "weight_ih", 2: "weight_hh", 3: "bias"} for name in ("GRU", "LSTM", "RNN")},
    **{name: {0: "bias", 1: "bias"} for name in ("Add", "Sub")},
    **{name: {0: "weight", 1: "weight"} for name in ("Concat", "Div", "Einsum", "MatMul", "Mul")},
    "Gather": {0: "weight"},
    "PRelu": {1: "weight"},
}
"""The inputs of operators that are learned where the file stores them, and what they are called."""
