"""A forward pass as calls of torch's functions: the level at which fvcore counts.

The operators that run are too fine for that: there, a mean may have been an adaptive pooling, and
two matrix products attention in one call. Modules are too coarse.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import flop_registry

from archstat.graph import Graph, Node
from archstat.layers import Layer
from archstat.layers.base import Shape
from archstat.layers.norm import BatchNorm2d, GroupNorm, LayerNorm
from archstat.layers.opaque import Called
from archstat.layers.pool import AdaptiveAvgPool2d
from archstat.models.inputs import InputSpec
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.operators.call import packet_name
from archstat.models.torch.operators.products import REAL_ONES
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.private import (
    OpOverload,
    TorchDispatchMode,
    every_tensor,
    is_transformed,
    schema,
    tree_leaves,
)
from archstat.models.torch.recording.tensors import tensors_in
from archstat.models.torch.running import by_name, run_untouched, standins_of
from archstat.models.torch.source import Source
from archstat.witnesses.torch_attention import attention_nodes

BIAS = 2
"""The place of the bias among the arguments of convolutions and linear layers."""

WITH_BIAS = frozenset(
    """
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d linear
    _convolution_mode
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)

Arguments: TypeAlias = Mapping[str, Any]
"""What a function was called with, by the names of its parameters."""


def call_graph(source: Source, inputs: Sequence[InputSpec]) -> Graph:
    """Return every call that computes something, each with the whole batch, of a pass on meta.

    A convolution whose padding is a word is called `_convolution_mode`, as torch does itself.
    """
    return recorded(CallRecorder(), source, inputs)


def recorded(recorder: CallRecorder, source: Source, inputs: Sequence[InputSpec]) -> Graph:
    """Return what a recorder sees of a pass on meta."""
    pass_on_meta(source, inputs, recorder.watching())
    inside = sum((node.examples or 0) * node.macs for node in recorder.nodes)
    outside = recorder.products.macs.total() - inside
    if outside:  # in scripts, whose calls are not Python's
        script = Called(kind="script", shape=(), macs_seen=outside)
        recorder.nodes.append(Node("scripts", script, (), (), (), examples=1))
    return Graph(source.name, stated_inputs(source, inputs)[0].shape, tuple(recorder.nodes))


def pass_on_meta(
    source: Source, inputs: Sequence[InputSpec], watcher: AbstractContextManager[Any]
) -> None:
    """Run a model on meta, for one example, while something watches."""
    meta = torch.device("meta")
    args, kwargs = example_inputs(source, stated_inputs(source, inputs), 1, meta)
    standins = by_name(source.model, standins_of(every_tensor(source.model), meta))
    run_untouched(source.model, args, kwargs, standins=standins, watcher=watcher)


class ProductCounter(TorchDispatchMode):
    """Adds up multiply–accumulates by operator while a model runs."""

    def __init__(self) -> None:
        super().__init__()
        self.macs: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and count it."""
        out = func(*args, **(kwargs or {}))
        macs = REGISTRY.find(func).macs(args, out) or 0
        if (
            macs and func.overloadpacket in flop_registry
        ):  # tools count complex numbers as torch does
            macs = torchs_share(func, macs, out)
        self.macs[packet_name(func)] += macs
        return out


OF_COMPLEX = "three of the four real products of complex ones"


def torchs_share(func: Any, macs: int, out: Any) -> int:
    """Return as many of an operator's multiply–accumulates as torch's own rule for it counts."""
    if func.overloadpacket not in flop_registry:
        return 0
    is_complex = REGISTRY.find(func).needs_one_type and tensors_in(out)[0].is_complex()
    return macs // REAL_ONES if is_complex else macs


class PassedOver(ProductCounter):
    """Adds up by name what torch's own counter passes over while a model runs."""

    @contextmanager
    def beside(self, counter: AbstractContextManager[Any]) -> Iterator[None]:
        """Count what is left of each operator that torch's counter takes apart or counts."""
        with self, counter:
            yield

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and count what torch's rule for it leaves out."""
        out = func(*args, **(kwargs or {}))
        macs = REGISTRY.find(func).macs(args, out) or 0
        if macs and (left := macs - torchs_share(func, macs, out)):
            has_rule = func.overloadpacket in flop_registry
            self.macs[OF_COMPLEX if has_rule else packet_name(func)] += left
        return out


class CallRecorder(TorchFunctionMode):
    """Records calls as nodes while a model runs.

    Attributes:
        is_transformed: Whether one ran in torch.func, so that its shapes are not what it works on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_transformed = False
        self.nodes: list[Node] = []
        self.products = ProductCounter()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Record all that runs inside."""
        with self.products, self:
            yield

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a function of torch, and record it."""
        kwargs, before = kwargs or {}, self.products.macs.copy()
        out = func(*args, **kwargs)
        if layer := _value_by_value(func):
            self._add(layer(_arguments(func, args, kwargs)), args, kwargs, out)
        elif macs := self.products.macs - before:
            self.is_transformed = self.is_transformed or is_transformed()
            if func is F.multi_head_attention_forward:
                self.nodes += attention_nodes(_arguments(func, args, kwargs), macs)
            else:
                product = _product(func, args, kwargs, macs.total(), _first_shape(out))
                self._add(product, args, kwargs, out)
        return out

    def _add(self, layer: Layer, args: Any, kwargs: Any, out: Any) -> None:
        first, result = _first_shape((args, kwargs)), _first_shape(out)
        name = f"call {len(self.nodes) + 1}"
        params = _biases(args, kwargs) if layer.kind in WITH_BIAS else None
        node = Node(name, layer, (), first, result, examples=1, params=params, is_call=True)
        self.nodes.append(node)


def _name(func: Any) -> str:
    """Return the name of a function, or of an operator, as exported programs call them."""
    return packet_name(func) if isinstance(func, OpOverload) else str(func.__name__)


def _value_by_value(func: Any) -> Callable[[Arguments], Layer] | None:
    """Return what makes a layer of a call without products, if some tool counts something of it."""
    if isinstance(func, OpOverload):
        return OF_OPERATORS.get(packet_name(func))
    return VALUE_BY_VALUE.get(func)


def _arguments(func: Any, args: Any, kwargs: Any) -> Arguments:
    """Return what a function was called with; nothing of one that is not Python's."""
    if isinstance(func, OpOverload):
        names = (argument.name for argument in schema(func).arguments)
        return {**dict(zip(names, args, strict=False)), **kwargs}
    try:
        return inspect.signature(func).bind(*args, **kwargs).arguments
    except ValueError:  # it states no signature
        return {}


def _batch_norm(given: Arguments) -> Layer:
    uses_the_batch = given.get("training", False)
    return BatchNorm2d(affine=_has_scale(given), track_running_stats=not uses_the_batch)


def _layer_norm(given: Arguments) -> Layer:
    return LayerNorm(elementwise_affine=_has_scale(given))


def _group_norm(given: Arguments) -> Layer:
    return GroupNorm(num_groups=given["num_groups"], affine=_has_scale(given))


def _instance_norm(given: Arguments) -> Layer:
    return GroupNorm(num_groups=given["input"].shape[1], affine=_has_scale(given))


def _has_scale(given: Arguments) -> bool:
    return given.get("weight") is not None


def _adaptive_avg_pool2d(_: Arguments) -> Layer:
    return AdaptiveAvgPool2d(output_size=(1, 1))  # whatever it is, all of the input is read


def _interpolate(given: Arguments) -> Layer:
    """Return what it is; torch's own name for it, as in upsample_bilinear2d."""
    mode, axes = given.get("mode", "nearest"), given["input"].dim() - 2
    if mode == "area" and axes == 2:  # noqa: PLR2004  rows and columns
        return _adaptive_avg_pool2d(given)
    smooth = "_aa" if given.get("antialias") else ""
    return Called(kind=f"upsample_{mode}{axes}d{smooth}", shape=())


def _as(kind: str) -> Callable[[Arguments], Layer]:
    """Return what makes a call of it, whatever it is called with."""
    return lambda _: Called(kind=kind, shape=())


VALUE_BY_VALUE: Mapping[Callable[..., Any], Callable[[Arguments], Layer]] = {
    **{
        function: _as(function.__name__)
        for function in (
            F.adaptive_avg_pool1d,
            F.adaptive_avg_pool3d,
            F.adaptive_max_pool1d,
            F.adaptive_max_pool2d,
            F.adaptive_max_pool3d,
            F.avg_pool1d,
            F.avg_pool2d,
            F.avg_pool3d,
            F.elu,
            F.gelu,
            F.leaky_relu,
            F.max_pool1d,
            F.max_pool2d,
            F.max_pool3d,
            F.prelu,
            F.relu,
            F.relu6,
            F.silu,
            F.softmax,
        )
    },
    torch.add: _as("torch.add"),
    torch.mul: _as("torch.mul"),
    F.adaptive_avg_pool2d: _adaptive_avg_pool2d,
    F.batch_norm: _batch_norm,
    F.grid_sample: _as("grid_sampler"),
    F.group_norm: _group_norm,
    F.instance_norm: _instance_norm,
    F.interpolate: _interpolate,
    F.layer_norm: _layer_norm,
}
"""The functions without products of which some tool counts something."""


OF_OPERATORS: Mapping[str, Callable[[Arguments], Layer]] = {
    function.__name__: layer
    for function, layer in VALUE_BY_VALUE.items()
    if function in {F.adaptive_avg_pool2d, F.batch_norm, F.group_norm, F.layer_norm}
}
"""Those that an exported program calls as operators of the same name and arguments."""


def _product(func: Any, args: Any, kwargs: Any, macs: int, shape: Shape) -> Called:
    """Return a call that multiplies and accumulates, by the name that torch's tracer has for it."""
    name = _name(func).strip("_")
    if name == "einsum" and _renamed(args[0]) in {"abc,abd->acd", "abc,adc->adb"}:
        name = "bmm"  # which they are
    is_unit = name in WITH_BIAS
    if name.startswith("conv") and any(isinstance(v, str) for v in (*args, *kwargs.values())):
        name = "_convolution_mode"
    return Called(
        kind=name, shape=shape, macs_seen=macs, is_unit=is_unit, is_operator=_is_operator()
    )


def _is_operator() -> bool:
    """Return whether the model's own line has an operator where torch called us, and no call."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals["__name__"].startswith(__package__):
        frame = frame.f_back
    place = None if frame is None else inspect.getframeinfo(frame, context=0).positions
    if frame is None or place is None or place.lineno is None or place.end_lineno is None:
        return False
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    text = [line.encode() for line in lines[place.lineno - 1 : place.end_lineno]]
    if not text:
        return False
    text[-1] = text[-1][: place.end_col_offset]  # columns are counted in bytes
    text[0] = text[0][place.col_offset :]
    return _is_binary(b"".join(text).decode())


def _is_binary(text: str) -> bool:
    """Return whether a piece of Python is two operands with an operator between them.

    >>> [_is_binary(text) for text in ("x @ y", "x @= y", "torch.matmul(x, y)", "x.mm(y) @ z")]
    [True, True, False, True]
    """
    try:
        (statement,) = ast.parse(text).body
    except SyntaxError:  # it goes on over lines in brackets that stand around it
        with suppress(SyntaxError):
            (statement,) = ast.parse(f"({text})").body
            return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.BinOp)
        return False
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.BinOp)
    return isinstance(statement, ast.AugAssign)


def _biases(args: Any, kwargs: Any) -> dict[str, Shape]:
    """Return the bias that is the third argument, if there is one."""
    bias = kwargs.get("bias", args[BIAS] if len(args) > BIAS else None)
    return {"bias": tuple(bias.shape)} if isinstance(bias, Tensor) else {}


def _renamed(equation: str) -> str:
    """Return an equation of einsum with its letters in the order of the alphabet.

    >>> _renamed("nlk, nkm -> nlm")
    'abc,acd->abd'
    """
    letters = dict.fromkeys(letter for letter in equation if letter.isalpha())
    names = str.maketrans({letter: chr(97 + number) for number, letter in enumerate(letters)})
    return equation.replace(" ", "").translate(names)


def _first_shape(values: Any) -> Shape:
    """Return the shape of the first tensor."""
    return next(tuple(leaf.shape) for leaf in tree_leaves(values) if isinstance(leaf, Tensor))
