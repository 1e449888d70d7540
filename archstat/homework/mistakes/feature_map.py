"""Mistakes in the sizes of feature maps, and all that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from archstat.graph import INPUT
from archstat.homework.answers.truth import Account, Answers, Truth, Windowed
from archstat.homework.mistakes.base import SIZES, Mistake, SaidBefore, by_formula, reckoned
from archstat.homework.mistakes.slips import USUAL_SIDES
from archstat.homework.sheet.labels import general_family
from archstat.layers.base import Layer, Shape
from archstat.layers.conv import AnyConvolution, SlidingConvolution
from archstat.layers.pool import AnyMaxPool, AnyPool


def _other_input(side: int) -> Mistake:
    def input_shape(shape: Shape) -> Shape | None:
        channels, *sides = shape
        return None if set(sides) <= {side} else (channels, *(side for _ in sides))

    def only_stated(truth: Truth, _: SaidBefore) -> Sequence[Account]:
        shape = input_shape(truth.graph.input_shape)
        if shape is None:
            return [{}]
        readers = [node.name for node in truth.graph.nodes if INPUT in node.inputs]
        of_input: Answers = {"feature_map": shape, "in_shape": shape}
        return [{INPUT: of_input, **{name: {"in_shape": shape} for name in readers}}]

    mistake = reckoned(
        f"input-{side}",
        f"the input is taken to be {side}×{side}",
        "look at the size of the input image again",
        input_shape=input_shape,
    )
    return replace(mistake, own=only_stated)


def _behind_pools(truth: Truth) -> Account:
    """Return the maps behind pools for the convolutions that these pools follow."""
    found: dict[str, Answers] = {}
    last = ""
    for name, node in truth.nodes.items():
        family = general_family(node.layer.kind)
        if family == "conv":
            last = name
        elif family == "pool" and last:
            found[last] = {"feature_map": node.out_shape}
            last = ""
        elif node.out_shape != node.in_shape:
            last = ""
    return found


def _unflattened(truth: Truth, maps: Mapping[str, Shape] | None = None) -> Account:
    """Return the maps of linear layers that are applied at each place of the map before them."""
    found: dict[str, Answers] = {}
    sides: Shape = ()
    for name, node in truth.nodes.items():
        shape = node.out_shape if maps is None else maps.get(name, ())
        if len(shape) > 1:
            sides = shape[1:]
        elif general_family(node.layer.kind) == "linear" and sides:
            found[name] = {"feature_map": (node.out_shape[0], *sides)}
    return found


def _along(
    rule: Callable[[int, int, int, int, int, bool], int],
) -> Callable[[Windowed, Shape], Shape]:
    """Return the sizes that a rule for one axis gives: from n, k, s, p, d, and whether it pools."""

    def sizes(layer: Windowed, before: Shape) -> Shape:
        if not isinstance(layer, (SlidingConvolution, AnyPool)):
            return layer.out_shape((getattr(layer, "in_channels", None) or 1, *before))[1:]
        padding = _padding(layer)
        dilation = getattr(layer, "dilation", (1,) * layer.axes)
        axes = zip(before, layer.kernel_size, layer.stride, padding, dilation, strict=True)
        return tuple(rule(*axis, isinstance(layer, AnyPool)) for axis in axes)

    return sizes


def _padding(layer: SlidingConvolution | AnyPool) -> Shape:
    if isinstance(layer.padding, tuple):
        return layer.padding
    return tuple((k - 1) // 2 if layer.padding == "same" else 0 for k in layer.kernel_size)


def _rounded_up(n: int, k: int, s: int, p: int, d: int, _: bool) -> int:  # noqa: FBT001
    return -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1


def _rounded_down(n: int, k: int, s: int, p: int, d: int, _: bool) -> int:  # noqa: FBT001
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def _without_padding(layer: Layer) -> Layer:
    if isinstance(layer, (SlidingConvolution, AnyPool)) and layer.padding != "valid":
        return replace(layer, padding=(0,) * layer.axes)
    return layer


def _pools_padded(layer: Layer) -> Layer:
    if isinstance(layer, AnyPool):
        return replace(layer, padding=tuple((k - 1) // 2 for k in layer.kernel_size))
    return layer


def _stride_is_kernel(layer: Layer) -> Layer:
    return replace(layer, stride=layer.kernel_size) if isinstance(layer, AnyPool) else layer


def _undilated(layer: Layer) -> Layer:
    if isinstance(layer, (AnyConvolution, AnyMaxPool)):
        return replace(layer, dilation=(1,) * layer.axes)
    return layer


def _without_stride(layer: Layer) -> Layer:
    return replace(layer, stride=(1,) * layer.axes) if isinstance(layer, AnyConvolution) else layer


MISTAKES = (
    *map(_other_input, USUAL_SIDES),
    reckoned(
        "padding-left-out",
        "the padding is left out",
        "count the rows and columns of padding on both sides",
        change=_without_padding,
        quantities=SIZES | {"padding"},
    ),
    reckoned(
        "padding-once",
        "the padding is counted on one side only",
        "padding lies on both sides of the map",
        sizes=_along(lambda n, k, s, p, d, _: (n + p - d * (k - 1) - 1) // s + 1),
    ),
    reckoned(
        "same-assumed",
        "every output is taken to be as large as its input over its stride, as with 'same' padding",
        "look at the padding that each layer states",
        sizes=_along(lambda n, _, s, *__: -(-n // s)),
    ),
    reckoned(
        "pools-padded",
        "pools are padded by half of their kernel",
        "look at the padding of the pools",
        change=_pools_padded,
    ),
    reckoned(
        "pool-stride-is-kernel",
        "the stride of pools is taken to be their kernel size, the default of frameworks",
        "look at the stride of the pools: do their windows overlap?",
        change=_stride_is_kernel,
        quantities=SIZES | {"stride"},
    ),
    reckoned(
        "stride-left-out",
        "the stride of convolutions is left out",
        "divide by the stride",
        change=_without_stride,
    ),
    reckoned(
        "rounded-up",
        "the size is rounded up",
        "a window that does not fit whole is left out: round down",
        sizes=_along(_rounded_up),
    ),
    reckoned(
        "rounded-down",
        "the size of pools is rounded down although they round up here",
        "look at how the pools treat a last window that hangs over the end",
        sizes=_along(_rounded_down),
    ),
    reckoned(
        "one-missing",
        "the + 1 of the formula is left out",
        "a window that moves n times stands in one place more",
        sizes=_along(lambda n, k, s, p, d, _: (n + 2 * p - d * (k - 1) - 1) // s),
    ),
    reckoned(
        "one-too-many",
        "1 is added once too often",
        "count the places of a window by hand on a small map",
        sizes=_along(lambda n, k, s, p, d, _: (n + 2 * p - d * (k - 1) - 1) // s + 2),
    ),
    reckoned(
        "kernel-left-out",
        "the kernel is left out: the size is the input's over the stride",
        "a window needs room for its whole kernel",
        sizes=_along(lambda n, _, s, *__: n // s),
    ),
    reckoned(
        "dilation-left-out",
        "the dilation is left out",
        "how many pixels does a dilated kernel span?",
        change=_undilated,
    ),
    Mistake(
        "map-behind-the-pool",
        "the map behind the pool stands where that of the convolution belongs",
        "which layer makes this map?",
        frozenset({"feature_map"}),
        _behind_pools,
    ),
    Mistake(
        "places-kept",
        "the map is not flattened: the linear layer is applied at each of its places",
        "what does a linear layer read, and what comes out of it?",
        frozenset({"feature_map"}),
        _unflattened,
        lambda truth, stated: [_unflattened(truth, stated.maps)],
    ),
    by_formula(
        "input-map-copied",
        "the size of the input map stands where that of the output belongs",
        "which map is asked for: the one before the layer, or the one behind it?",
        {
            "feature_map": lambda f: (
                (f.c_out, f.rows_in, f.rows_in) if f.is_conv or f.is_pool else None
            )
        },
    ),
    by_formula(
        "input-channels-kept",
        "the channels of the input stand where those of the output belong",
        "each filter makes one channel",
        {
            "feature_map": lambda f: (f.c_in, f.rows_out, f.rows_out) if f.is_conv else None,
        },
    ),
    by_formula(
        "input-copied",
        "the whole shape of the input stands where that of the output belongs",
        "which map is asked for: the one before the layer, or the one behind it?",
        {
            "feature_map": lambda f: (
                (f.c_in, f.rows_in, f.rows_in) if f.is_conv or f.is_pool else (f.c_in,)
            )
        },
    ),
)
