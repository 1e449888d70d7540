"""Which pixels of the input each unit of a network sees.

Along one axis, unit u of a node sees an interval of input pixels. Intervals are kept as a periodic
function of u: a chain of convolutions and pools has period 1 and gives the recurrence of Araujo,
Norris & Sim (Distill, 2019), `r' = r + (k − 1)·d·j`, `j' = j·stride`, `s' = s − padding·j`;
transposed convolutions and adaptive pooling have longer periods, and are exact as well. Intervals
are not clipped to the image: they tell what a unit far from the border sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from archstat.errors import ArchstatError
from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import Shape
from archstat.layers.opaque import Observed
from archstat.layers.window import Mixing, Sliding, Window

Interval: TypeAlias = tuple[int, int]
"""First and last input pixel, both included; pixels below 0 are padding."""

LONGEST_PERIOD = 1 << 14  # beyond it, exact intervals would cost more than they tell


class UnknownReachError(ArchstatError):
    """A layer through which positions cannot be followed."""


@dataclass(frozen=True)
class Track:
    """What the units of one axis see.

    Attributes:
        intervals: The pixels that units 0, 1, … of one period see; None for a unit that sees none.
        advance: How many pixels further the next period sees.
        is_even: Whether the units are `stride` pixels apart; not where branches of different
            strides have met.
    """

    intervals: tuple[Interval | None, ...]
    advance: int
    is_even: bool = True

    def interval(self, unit: int) -> Interval | None:
        """Return what unit `unit` sees, which may lie outside of the map."""
        period, phase = divmod(unit, len(self.intervals))
        seen = self.intervals[phase]
        if seen is None:
            return None
        return seen[0] + period * self.advance, seen[1] + period * self.advance

    @property
    def stride(self) -> Fraction:
        """The mean number of pixels from one unit to the next."""
        return Fraction(self.advance, len(self.intervals))

    def size(self, units: int) -> int:
        """Return the pixels that the widest of units 0 … `units` − 1 sees; 0 if none sees any."""
        existing = self.intervals[:units]
        return max((last - first + 1 for first, last in filter(None, existing)), default=0)

    def through(self, window: Window) -> Track:
        """Return what the units behind a window see."""
        outputs, inputs = window.period
        repeats = len(self.intervals) // gcd(len(self.intervals), inputs)
        _require_short(outputs * repeats)
        if len(self.intervals) == 1:  # intervals move to the right: the outer taps are enough
            views = (_outer(window.taps(unit)) for unit in range(outputs * repeats))
        else:
            views = (window.taps(unit) for unit in range(outputs * repeats))
        return Track(
            tuple(_union(self.interval(tap) for tap in taps) for taps in views),
            inputs * repeats // len(self.intervals) * self.advance,
            self.is_even,
        )

    def all_at_once(self, units: int) -> Track:
        """Return what a unit sees that reads units 0 … `units` − 1, wherever it is."""
        _require_short(units)
        return Track((_union(self.interval(unit) for unit in range(units)),), 0)


@dataclass(frozen=True)
class View:
    """What the units of a node see: a track and a number of units for each spatial axis.

    The numbers are those of the last map; flattening hides them from the shape, and a layer that
    reads everything reads them all.
    """

    tracks: tuple[Track, ...]
    units: tuple[int, ...]


@dataclass(frozen=True)
class ReceptiveField:
    """The input pixels that one unit sees, rows before columns.

    Attributes:
        size: Pixels, not clipped to the image.
        effective_stride: Pixels from one unit to the next; None where branches of different strides
            meet, so that there is no one number.
        effective_padding: Pixels that unit 0 sees before the image.
        tracks: What every unit sees, axis by axis.
    """

    size: tuple[int, ...]
    effective_stride: tuple[Fraction | None, ...]
    effective_padding: tuple[int | None, ...]
    tracks: tuple[Track, ...]


@dataclass(frozen=True)
class Fields:
    """The receptive fields of a graph's nodes by name, None where unknown, and remarks."""

    by_name: Mapping[str, ReceptiveField | None]
    notes: tuple[str, ...]


def receptive_fields(graph: Graph) -> Fields:
    """Return the receptive field of every node.

    Without spatial axes in the input there is nothing to see, and every field is None.
    """
    views: dict[str, View | None] = {INPUT: _of_input(graph.input_shape)}
    notes: list[str] = []
    for node in graph.nodes:
        given = [views.get(name) for name in node.inputs]  # None for inputs beside the first
        known = [view for view in given if view is not None]
        views[node.name] = None
        if len(known) < len(given) or not given:
            continue
        try:
            joined = _join(node, known, notes)
            views[node.name] = _after(node, joined)
        except UnknownReachError as error:
            notes.append(f"{node.name}: receptive field unknown: {error.problems[0].what}")
    del views[INPUT]
    return Fields(
        {name: None if view is None else _field(view) for name, view in views.items()},
        tuple(notes),
    )


def _of_input(shape: Shape) -> View | None:
    sizes = shape[1:]
    if not sizes:
        return None
    return View(tuple(Track(((0, 0),), 1) for _ in sizes), sizes)


def _after(node: Node, view: View) -> View:
    reach = node.layer.reach(node.in_shape)
    if isinstance(reach, tuple):
        if len(reach) != len(view.tracks):
            raise UnknownReachError("its axes are not those of the image")
        tracks = tuple(t.through(w) for t, w in zip(view.tracks, reach, strict=True))
        return View(tracks, node.out_shape[1:])
    if reach is Mixing.EVERYTHING:
        # as a convolution whose kernel is the whole map, which is what it is
        windows = [Sliding(kernel_size=units) for units in view.units]
        tracks = tuple(t.through(w) for t, w in zip(view.tracks, windows, strict=True))
        return View(tracks, (1,) * len(tracks))
    if reach is Mixing.EVERYTHING_IN_PLACE:
        pairs = zip(view.tracks, view.units, strict=True)
        return View(tuple(track.all_at_once(units) for track, units in pairs), view.units)
    if reach is Mixing.UNKNOWN:
        raise UnknownReachError(
            "no rule says what it reads" if isinstance(node.layer, Observed) else reach.value
        )
    return view


def _join(node: Node, views: Sequence[View], notes: list[str]) -> View:
    first, *others = views
    for other in others:
        if first.units != other.units:
            raise UnknownReachError("its inputs have different places")
    if not others:
        return first
    axes = [list(tracks) for tracks in zip(*(view.tracks for view in views), strict=True)]
    if any(len({track.stride for track in tracks}) > 1 for tracks in axes):
        strides = " and ".join(
            "×".join(str(track.stride) for track in view.tracks) for view in views
        )
        notes.append(
            f"{node.name}: its branches have effective strides {strides}; the receptive field is "
            "the union at each unit, and the widest one is shown"
        )
    elif any(len({_centre(track) for track in tracks}) > 1 for tracks in axes):
        notes.append(
            f"{node.name}: the centres of its branches do not line up; "
            "the receptive field is their union"
        )
    return View(
        tuple(_united(tracks, units) for tracks, units in zip(axes, first.units, strict=True)),
        first.units,
    )


def _centre(track: Track) -> Fraction | None:
    seen = track.interval(0)
    return None if seen is None else Fraction(sum(seen), 2)


def _united(tracks: Sequence[Track], units: int) -> Track:
    """Return the union of branches, exact for the units of the map."""
    same_stride = len({track.stride for track in tracks}) == 1
    period = lcm(*(len(track.intervals) for track in tracks)) if same_stride else units
    _require_short(period)
    unions = tuple(_union(track.interval(unit) for track in tracks) for unit in range(period))
    advance = int(max(track.stride for track in tracks) * period)
    return Track(unions, advance, same_stride and all(track.is_even for track in tracks))


def _field(view: View) -> ReceptiveField:
    first_units = [track.interval(0) for track in view.tracks]
    return ReceptiveField(
        size=tuple(t.size(units) for t, units in zip(view.tracks, view.units, strict=True)),
        effective_stride=tuple(track.stride if track.is_even else None for track in view.tracks),
        effective_padding=tuple(None if seen is None else -seen[0] for seen in first_units),
        tracks=view.tracks,
    )


def _union(intervals: Iterable[Interval | None]) -> Interval | None:
    seen = [interval for interval in intervals if interval is not None]
    if not seen:
        return None
    return min(first for first, _ in seen), max(last for _, last in seen)


def _outer(taps: Sequence[int]) -> Sequence[int]:
    return (taps[0], taps[-1]) if taps else ()


def _require_short(period: int) -> None:
    if period > LONGEST_PERIOD:
        raise UnknownReachError(f"its units see {period:,} different patterns, too many to follow")
