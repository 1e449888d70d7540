"""Settings and shapes as symbols, by the letters that the field writes."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

from archstat.analyses.symbols import Symbol
from archstat.graph import Graph, Node
from archstat.layers.base import Layer, Shape

LETTERS: Mapping[str, str] = {
    "kernel_size": "k",
    "stride": "s",
    "padding": "p",
    "dilation": "d",
    "output_padding": "o",
    "groups": "g",
    "out_channels": "C_out",
    "in_channels": "C_in",
    "out_features": "F_out",
    "in_features": "F_in",
    "num_features": "C",
    "output_size": "n_out",
}
"""The letters of the settings, as the field writes them."""

NEUTRAL = {"dilation": 1, "groups": 1, "output_padding": 0}
"""Settings that a formula leaves out where they change nothing."""

AXES = {1: ("",), 2: ("h", "w"), 3: ("d", "h", "w")}


def symbolic(layer: Layer) -> Layer:
    """Return a layer whose settings are symbols; its methods then tell how they compute."""
    symbolic = copy(layer)
    for name, value in layer.settings().items():
        if name in LETTERS and value != _neutral(name, value):
            vars(symbolic)[name] = _lettered(LETTERS[name], value)
    return symbolic


def _neutral(name: str, value: object) -> object:
    """Return the value of a setting that changes nothing."""
    neutral = NEUTRAL.get(name)
    return (neutral,) * len(value) if isinstance(value, tuple) else neutral


def _lettered(letter: str, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, tuple)):
        return value
    if isinstance(value, int):
        return Symbol.named(letter, value)
    return _sides(letter, value)


def _sides(letter: str, sizes: Shape) -> Shape:
    """Return symbols for the sizes of all axes; one letter where they are the same."""
    if len(set(sizes)) == 1:
        return tuple(Symbol.named(letter, size) for size in sizes)
    axes = AXES.get(len(sizes), tuple(map(str, range(len(sizes)))))
    pairs = zip(axes, sizes, strict=True)
    return tuple(Symbol.named(f"{letter}_{axis}", size) for axis, size in pairs)


def atoms(shape: Shape, where: str, *, is_sequence: bool = False) -> Shape:
    """Return symbols for a shape: channels and sides, or features.

    Args:
        shape: The shape.
        where: Whether it goes in or out.
        is_sequence: Whether the features are its last axis, of each token or place.
    """
    if len(shape) == 1:
        return (Symbol.named(f"F_{where}", shape[0]),)
    if not shape:
        return ()
    if is_sequence:
        return (*_sides(f"n_{where}", shape[:-1]), Symbol.named(f"F_{where}", shape[-1]))
    return (Symbol.named(f"C_{where}", shape[0]), *_sides(f"n_{where}", shape[1:]))


SIDES = {2: ("places",), 3: ("rows", "columns"), 4: ("depth", "rows", "columns")}


def axis_names(shape: Shape, *, is_sequence: bool = False) -> tuple[str, ...]:
    """Return what the axes of a shape are called."""
    if len(shape) == 1:
        return ("",)
    sides = SIDES.get(len(shape), tuple(map(str, range(1, len(shape)))))
    return (*sides, "features") if is_sequence else ("channels", *sides)


class Letters:
    """The letters for what the layers of a network are given, and what they return.

    What works on the last axis, and what changes no shape behind it, has its features there.
    """

    def __init__(self, graph: Graph) -> None:
        self._sequences: set[str] = set()
        for node in graph.nodes:
            is_kept = node.in_shape == node.out_shape and self._is_given_one(node)
            if len(node.out_shape) > 1 and (is_kept or node.layer.has_features_last()):
                self._sequences.add(node.name)

    def _is_given_one(self, node: Node) -> bool:
        """Return whether all that a layer is given has its features last."""
        reads = node.inputs and self._sequences.issuperset(node.inputs)
        return bool(reads) or node.layer.has_features_last()

    def given(self, node: Node, shape: Shape | None = None, where: str = "in") -> Shape:
        """Return symbols for what a layer is given: one of its inputs, or all together."""
        shape = node.in_shape if shape is None else shape
        return atoms(shape, where, is_sequence=self._is_given_one(node))

    def returned(self, node: Node) -> Shape:
        """Return symbols for what a layer returns."""
        return atoms(node.out_shape, "out", is_sequence=node.name in self._sequences)

    def axes(self, node: Node) -> tuple[str, ...]:
        """Return what the axes of what a layer returns are called."""
        return axis_names(node.out_shape, is_sequence=node.name in self._sequences)
