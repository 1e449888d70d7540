"""The letters of a layer's formulas, as homework sheets use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from archstat.graph import INPUT
from archstat.homework.answers.truth import Truth
from archstat.layers.base import Shape
from archstat.layers.conv import SlidingConvolution
from archstat.layers.linear import Linear
from archstat.layers.pool import AnyPool


@dataclass(frozen=True)
class Facts:
    """One convolution, pool or linear layer.

    A linear layer has a kernel of one unit, over features as channels.

    Attributes:
        k: The kernel's rows.
        taps: The kernel's points, k·k.
        rows_in, rows_out: Rows of the maps before and behind it.
        places_in, places_out: Points of these maps.
        c_in, c_out: Channels or features before and behind it.
        groups: Groups of channels.
        weights: Its weights.
        biases: Its biases, one a filter, or none.
        maps_before: The shapes that a linear layer's input had before it was flattened, and before
            the pool ahead of that.
    """

    family: str
    k: int
    taps: int
    rows_in: int
    rows_out: int
    places_in: int
    places_out: int
    c_in: int
    c_out: int
    groups: int
    weights: int
    biases: int
    maps_before: tuple[Shape, ...] = ()

    @property
    def is_conv(self) -> bool:
        """Whether it is a convolution."""
        return self.family == "conv"

    @property
    def is_pool(self) -> bool:
        """Whether it is a pool."""
        return self.family == "pool"

    @property
    def is_linear(self) -> bool:
        """Whether it is a linear layer."""
        return self.family == "linear"

    @property
    def is_unit(self) -> bool:
        """Whether it holds weights and connects units."""
        return not self.is_pool


@lru_cache(maxsize=8)
def facts_of(truth: Truth) -> Mapping[str, Facts]:
    """Return the letters of every convolution, pool and linear layer by its name."""
    found: dict[str, Facts] = {}
    histories: dict[str, tuple[Shape, ...]] = {INPUT: (truth.graph.input_shape,)}
    for node in truth.graph.nodes:
        before = histories.get(node.inputs[0], ()) if node.inputs else ()
        is_map = len(node.out_shape) > 1
        is_pool = isinstance(node.layer, AnyPool)
        histories[node.name] = (
            (node.out_shape, *(before[:1] if is_pool else ())) if is_map else before
        )
        layer = node.layer
        if not isinstance(layer, (SlidingConvolution, AnyPool, Linear)):
            continue
        is_linear = isinstance(layer, Linear)
        kernel = (1,) if isinstance(layer, Linear) else layer.kernel_size
        sides_in = (1,) if is_linear else node.in_shape[1:]
        sides_out = (1,) if is_linear else node.out_shape[1:]
        found[node.name] = Facts(
            family="linear" if is_linear else "pool" if is_pool else "conv",
            k=kernel[0],
            taps=prod(kernel),
            rows_in=sides_in[0],
            rows_out=sides_out[0],
            places_in=prod(sides_in),
            places_out=prod(sides_out),
            c_in=node.in_shape[-1] if is_linear else node.in_shape[0],
            c_out=node.out_shape[-1] if is_linear else node.out_shape[0],
            groups=getattr(layer, "groups", 1),
            weights=node.weights,
            biases=node.biases,
            maps_before=before
            if is_linear and before and prod(before[0]) == node.in_shape[-1]
            else (),
        )
        if is_linear:
            histories[node.name] = ()
    return found
