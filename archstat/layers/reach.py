"""What a layer reads, and what it does to the axes of a tensor: all that a receptive field needs.

A layer speaks of the last axes of its input, as many as it has something to say about; the axes
before them, the batch above all, stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

from archstat.layers.window import Window
from archstat.record import record


class Mixing(Enum):
    """How a layer moves information along an axis where no window describes it."""

    NONE = "each output unit reads the units at its own place"
    EVERYTHING = "each output unit reads all units, and has no place of its own"
    EVERYTHING_IN_PLACE = "each output unit has its place, and reads all units"
    AMONG_OTHERS = "the units keep their order, and others stand before, between or behind them"
    GATHERED = "the values of several units stand here, each with a part of what a unit reads"


@record
class Unknown:
    """A reason why positions cannot be followed, in words that go on after "its" layer's name."""

    reason: str


Along: TypeAlias = Window | Mixing | Unknown
"""What one output unit reads along one axis. What is unknown matters only where places are."""


@record
class Permuted:
    """The last axes in another order: the first of them was number `order[0]`, and so on."""

    order: tuple[int, ...]


@record
class Reshaped:
    """The same values in the same order, the last axes cut and joined otherwise."""

    before: tuple[int, ...]
    after: tuple[int, ...]


@record
class ReachStep:
    """A part of a layer that does several things.

    Attributes:
        inputs: The numbers of what it reads: first the layer's inputs, then the earlier steps.
        shape: The shape of its output: the last axes at least.
    """

    inputs: tuple[int, ...]
    reach: Reach
    shape: tuple[int, ...]


@record
class Inside:
    """What goes on in a layer that does several things; the last step is the output."""

    steps: tuple[ReachStep, ...]


Reach: TypeAlias = Mixing | tuple[Along, ...] | Permuted | Reshaped | Inside | Unknown
"""What one output unit reads: a word for all axes at once, one for each of the last axes, or more.

Several inputs are joined before, value by value, except where steps say what becomes of each.
"""


def in_turn(*moves: tuple[Reach, Sequence[int]]) -> Inside:
    """Return steps that read one another, each with the shape of its output."""
    return Inside(
        tuple(
            ReachStep((number,), reach, tuple(shape)) for number, (reach, shape) in enumerate(moves)
        )
    )
