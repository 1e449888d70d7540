"""Settings and shapes as symbols, by the letters that the field writes."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

from archstat.analyses.symbols import Symbol
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


def atoms(shape: Shape, where: str) -> Shape:
    """Return symbols for a shape: channels and sides, or features."""
    if len(shape) == 1:
        return (Symbol.named(f"F_{where}", shape[0]),)
    if not shape:
        return ()
    return (Symbol.named(f"C_{where}", shape[0]), *_sides(f"n_{where}", shape[1:]))


def axis_names(shape: Shape) -> tuple[str, ...]:
    """Return what the axes of a shape are called."""
    if len(shape) == 1:
        return ("",)
    sides = {2: ("places",), 3: ("rows", "columns"), 4: ("depth", "rows", "columns")}
    return ("channels", *sides.get(len(shape), tuple(map(str, range(1, len(shape))))))
