"""Networks that vary one: drawn at random, and kept if they are fair.

Fair is a network whose windows fit as evenly as those of the first, whose answers have about as
many digits, that has as many layers with a stride and with groups, and on which the common mistakes
give different numbers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import prod
from typing import TypeAlias

from archstat.errors import ArchstatError, UsageError
from archstat.graph import INPUT, Graph, Node
from archstat.homework.answers.key import counts
from archstat.homework.answers.truth import Answer, Truth, truth_of
from archstat.homework.mistakes.effects import effects_of
from archstat.layers.base import Shape
from archstat.layers.conv import SlidingConvolution
from archstat.layers.linear import Linear
from archstat.layers.pool import AnyPool
from archstat.report.report import report_on

VARIED = ("stride", "groups", "input", "channels")
"""What may be varied."""

QUANTITIES = ("feature_map", "weights", "neurons", "macs", "receptive_field")
"""The columns in which variants are as hard, and mistakes are told apart."""

COMMON = (
    *("padding-left-out", "pool-stride-is-kernel", "stride-left-out", "one-missing"),
    *("depth-left-out", "filters-left-out", "kernel-not-squared", "groups-left-out"),
    *("groups-twice", "output-depth-for-input-depth", "bias-added", "not-flattened"),
    *("channels-left-out", "input-units", "twice-a-mac", "input-places", "places-left-out"),
    *("bias-operations", "strides-left-out", "pool-strides-left-out", "conv-strides-left-out"),
    *("pools-left-out", "kernel-size-only", "kernel-not-less-one", "last-stride-only"),
    *("own-stride-applied", "padding-added"),
)
"""Mistakes that a variant must tell apart, by their keys."""

MOST_TRIES = 4_000
"""Networks drawn for one student before nothing more is tried."""

PROBES = 12
"""Variants that are looked at to find out which mistakes are the same in all of them."""

NEAR = Fraction(1, 7)
"""The share by which the sides of an input may differ."""

FACTORS = tuple(Fraction(*parts) for parts in ((2, 3), (3, 4), (5, 6), (7, 6), (5, 4), (4, 3)))
"""What numbers of channels are multiplied by."""

STRIDES = (2, 3, 4, 5)
GROUPS = (2, 4)
STEP = 8
"""What numbers of channels are multiples of, from twice that on."""

DIGITS = 1
"""As many digits may an answer have more or fewer."""

Settings: TypeAlias = dict[str, dict[str, object]]
Made: TypeAlias = Callable[[Shape, Settings], Graph]
"""Makes the network with an input and changes; raises ArchstatError if there is none."""


@dataclass(frozen=True)
class Ticket:
    """A network that was drawn.

    Attributes:
        input: The shape of its input.
        settings: How it differs from the first, by layer.
    """

    input: Shape
    settings: Settings
    truth: Truth


@dataclass(frozen=True)
class Lottery:
    """Draws networks.

    Attributes:
        base: The network that all vary.
        make: Makes one.
        vary: What is varied; of `VARIED`.
        seed: The same networks come of the same seed.
    """

    base: Truth
    make: Made
    vary: tuple[str, ...]
    seed: int

    def draw(self, count: int) -> Iterator[Ticket]:
        """Yield as many networks, no two alike.

        Raises:
            UsageError: There are not so many fair ones.
        """
        rng = random.Random(self.seed)  # noqa: S311  nobody must be unable to guess it
        seen: set[str] = set()
        for number in range(count):
            for _ in range(MOST_TRIES):
                found = self._tried(rng)
                if found is None or (key := repr((found.input, found.settings))) in seen:
                    continue
                if _look_alike(found.truth) <= self.inseparable:
                    seen.add(key)
                    yield found
                    break
            else:
                raise UsageError(
                    f"{self.base.graph.name} has no more than {number} variants of "
                    f"{', '.join(self.vary)} that are as hard and tell common mistakes apart",
                    hint=f"vary more of {', '.join(VARIED)}",
                )

    def _tried(self, rng: random.Random) -> Ticket | None:
        """Return a network that is as hard as the base, and as even; None if this one is not."""
        settings: Settings = {}
        for what, draw in (
            ("stride", self._strides),
            ("channels", self._channels),
            ("groups", self._groups),
        ):
            if what in self.vary:
                for layer, key, value in draw(rng):
                    if value != self._own(layer, key):
                        settings.setdefault(layer, {})[key] = value
        shape = self._input(rng, settings)
        if shape is None:
            return None
        try:
            graph = self.make(shape, settings)
        except ArchstatError:
            return None
        if self.is_even and not _is_even(graph):
            return None
        truth = truth_of(graph, report_on(graph))
        return Ticket(shape, settings, truth) if self._is_as_hard(truth) else None

    def _own(self, layer: str, key: str) -> object:
        """Return a setting of the base, one number where all axes have the same."""
        value = self.base.nodes[layer].layer.settings()[key]
        return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value

    def _input(self, rng: random.Random, settings: Settings) -> Shape | None:
        """Return an input into which all windows fit evenly, if those of the base do."""
        own = self.base.graph.input_shape
        channels, *sides = own
        if "input" not in self.vary or not sides:
            return own
        room = max(1, int(sides[0] * NEAR))
        moves = [
            moved
            for moved in range(-room, room + 1)
            if not self.is_even or self._fits(sides[0] + moved, settings)
        ]
        if not moves:
            return None
        moved = rng.choice(moves)
        return (channels, *(side + moved for side in sides))

    def _fits(self, side: int, settings: Settings) -> bool:
        """Return whether all windows fit evenly, along one axis and first inputs."""
        sides = {INPUT: side}
        for node in self.base.graph.nodes:
            before, layer = sides.get(node.inputs[0], 0), node.layer
            sides[node.name] = before
            if isinstance(layer, (SlidingConvolution, AnyPool)) and before:
                stated = {**layer.settings(), **settings.get(node.name, {})}
                stride, padding = stated["stride"], stated["padding"]
                stride = stride[0] if isinstance(stride, tuple) else stride
                if isinstance(padding, str):
                    continue
                dilation = stated.get("dilation", (1,))[0]
                rest = before + 2 * padding[0] - dilation * (layer.kernel_size[0] - 1) - 1
                if rest < 0 or rest % stride:
                    return False
                sides[node.name] = rest // stride + 1
        return True

    @cached_property
    def inseparable(self) -> frozenset[tuple[str, str, str]]:
        """The common mistakes that no variant tells apart, by column: they are the same here."""
        rng = random.Random(self.seed)  # noqa: S311  likewise
        found, left = _look_alike(self.base), PROBES
        for _ in range(MOST_TRIES):
            if not found or not left:
                break
            if (drawn := self._tried(rng)) is not None:
                found &= _look_alike(drawn.truth)
                left -= 1
        return found

    @cached_property
    def _convs(self) -> list[Node]:
        return [
            node for node in self.base.graph.nodes if isinstance(node.layer, SlidingConvolution)
        ]

    def _strides(self, rng: random.Random) -> Iterator[tuple[str, str, object]]:
        for node in self.base.graph.nodes:
            layer = node.layer
            if isinstance(layer, (SlidingConvolution, AnyPool)) and max(layer.stride) > 1:
                own, kernel = layer.stride[0], layer.kernel_size[0]
                near = [one for one in STRIDES if abs(one - own) <= 1 and one <= kernel]
                if near:
                    yield node.name, "stride", rng.choice(near)

    def _channels(self, rng: random.Random) -> Iterator[tuple[str, str, object]]:
        last = next((node for node in reversed(self.base.graph.nodes) if node.weights), None)
        for node in self.base.graph.nodes:
            layer = node.layer
            if node is last or not isinstance(layer, (SlidingConvolution, Linear)):
                continue
            key = "out_channels" if isinstance(layer, SlidingConvolution) else "out_features"
            own = layer.settings()[key]
            step = STEP if own >= 2 * STEP else 2
            yield node.name, key, max(step, int(own * rng.choice(FACTORS)) // step * step)

    def _groups(self, rng: random.Random) -> Iterator[tuple[str, str, object]]:
        """Yield groups of as many layers as there are in the base, of one at least."""
        behind = [node for node in self._convs if node.in_shape[0] > GROUPS[0] * 2]
        grouped = [node for node in behind if node.layer.settings()["groups"] > 1]
        names = [node.name for node in behind]
        chosen = set(rng.sample(names, min(len(names), max(1, len(grouped)))))
        for name in names:
            yield name, "groups", rng.choice(GROUPS) if name in chosen else 1

    @cached_property
    def is_even(self) -> bool:
        """Whether no window of the base leaves anything over."""
        return _is_even(self.base.graph)

    def _is_as_hard(self, truth: Truth) -> bool:
        """Return whether each answer has about as many digits as that of the base."""
        return all(
            abs(_digits(truth.account[layer].get(key)) - digits) <= DIGITS
            for (layer, key), digits in self._base_digits.items()
        )

    @cached_property
    def _base_digits(self) -> Mapping[tuple[str, str], int]:
        return {
            (layer, key): _digits(self.base.account[layer].get(key))
            for key in QUANTITIES
            for layer in self.base.account
            if counts(self.base, layer, key)
        }


def _digits(answer: Answer) -> int:
    number = prod(answer) if isinstance(answer, tuple) else answer
    return len(str(number)) if isinstance(number, int) else 0


def _is_even(graph: Graph) -> bool:
    """Return whether every window fits its map without a rest."""
    for node in graph.nodes:
        layer = node.layer
        if not isinstance(layer, (SlidingConvolution, AnyPool)) or isinstance(layer.padding, str):
            continue
        for side, kernel, stride, padding in zip(
            node.in_shape[1:], layer.kernel_size, layer.stride, layer.padding, strict=True
        ):
            if (side + 2 * padding - kernel) % stride:
                return False
    return True


def _look_alike(truth: Truth) -> frozenset[tuple[str, str, str]]:
    """Return the common mistakes that make a column wrong in the same way."""
    effects = effects_of.__wrapped__(truth)  # nobody asks again
    shown = {key: effects[key] for key in COMMON if effects.get(key)}
    return frozenset(
        (quantity, one, other)
        for quantity in QUANTITIES
        for one, other in combinations(shown, 2)
        if quantity in shown[one] and shown[one][quantity] == shown[other].get(quantity)
    )
