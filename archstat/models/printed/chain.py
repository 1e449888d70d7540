"""Which shapes a printed network has: as far as its modules are a chain.

A print tells modules and not what `forward` does with them. In a Sequential each gives to the next;
elsewhere the order in which modules are printed is mostly that in which they run, and a linear
layer whose `in_features` are all values of the map before it confirms that it was so up to there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from archstat.errors import ShapeError
from archstat.layers.base import Layer, Shape
from archstat.layers.linear import Linear
from archstat.layers.reshape import Flatten
from archstat.models.printed.held import PrintedFacts
from archstat.models.printed.text import Printed
from archstat.record import record

IN_TURN = frozenset({"Sequential", "Conv2dNormActivation", "Conv3dNormActivation"})
"""Modules that run what they hold in turn."""


@record
class Leaf:
    """A module that holds no others, at its path.

    Attributes:
        above: The modules that hold it, outermost first.
    """

    path: str
    module: Printed
    held: PrintedFacts
    above: tuple[Printed, ...]


@record
class ChainLink:
    """A leaf with its shapes.

    Attributes:
        map_shape: What is made a row first, where that is not printed; empty otherwise.
    """

    leaf: Leaf
    layer: Layer
    in_shape: Shape
    out_shape: Shape
    map_shape: Shape = ()

    @property
    def flattened(self) -> bool:
        """Whether what it is given is made a row first, which is not printed."""
        return bool(self.map_shape)


@record
class Chain:
    """The leaves whose shapes are known.

    Attributes:
        is_taken: Whether modules were taken for a chain outside of a Sequential.
    """

    placed: tuple[ChainLink, ...]
    is_taken: bool = False


def chain_of(leaves: Sequence[Leaf], shape: Shape) -> Chain:
    """Return the leaves whose shapes are known for an input."""
    placed: list[ChainLink] = []
    known, confirmed = 0, 0
    for number, leaf in enumerate(leaves):
        step = _step(leaf, shape)
        if step is None:
            break
        is_sure = number == 0 or (known == number and _is_given(leaf, leaves[number - 1]))
        known = number + 1 if is_sure else known
        if step.flattened or _is_after_a_flatten(step, placed):
            confirmed = known = number + 1
        placed.append(step)
        shape = step.out_shape
    return Chain(tuple(placed[:known]), is_taken=_is_taken(leaves[:confirmed]))


def _step(leaf: Leaf, shape: Shape) -> ChainLink | None:
    """Return a leaf that is given a shape; None if nobody says what it makes of it."""
    layer = leaf.held.layer
    if layer is None:
        return None
    flattened = isinstance(layer, Linear) and len(shape) > 1 and prod(shape) == layer.in_features
    given = (prod(shape),) if flattened else shape
    try:
        return ChainLink(leaf, layer, given, layer.out_shape(given), shape if flattened else ())
    except ShapeError:
        return None


def _is_after_a_flatten(step: ChainLink, before: Sequence[ChainLink]) -> bool:
    """Return whether a linear layer takes all values of a map that was flattened."""
    if not isinstance(step.layer, Linear):
        return False
    flat = next((each for each in reversed(before) if isinstance(each.layer, Flatten)), None)
    return flat is not None and flat.out_shape == step.in_shape and len(flat.in_shape) > 1


def _is_given(leaf: Leaf, before: Leaf) -> bool:
    """Return whether a leaf is certainly given what the one before it returns."""
    common = 0
    for ours, theirs in zip(leaf.above, before.above, strict=False):
        if ours is not theirs:
            break
        common += 1
    if not common or leaf.above[common - 1].kind not in IN_TURN:
        return False
    return all(module.kind in IN_TURN for module in before.above[common:])


def _is_taken(leaves: Sequence[Leaf]) -> bool:
    return any(not _is_given(leaf, before) for before, leaf in pairwise(leaves))
