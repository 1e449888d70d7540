"""What a drawing of a network shows: its layers, with those that only change values put to others.

A stop is a layer or a module that makes a feature map, together with the layers behind it that
change its values one by one. Both styles draw stops; they differ in where these stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from itertools import islice

from archstat.graph import INPUT
from archstat.layers.base import Shape, shortest, times
from archstat.pictures.families import family
from archstat.record import record
from archstat.report.folding import depth_of_sections, folded, short_run
from archstat.report.report import NetworkReport, Row
from archstat.report.values import Map

PASSING = frozenset({"activation", "norm"})
"""Families whose layers stand with the one before them, where they leave the shape as it is."""

ARRANGING = frozenset({"flatten", "dropout", "dropout2d", "identity"})
"""Kinds that do nothing to see: they stand with the layer before them, and are not drawn."""

MOST_LANES = 4
"""Groups up to so many are drawn as lanes of their own."""

SPATIAL = 3
"""The axes of a map with rows and columns, channels among them."""


@record
class Stop:
    """A place in the drawing of a network.

    Attributes:
        row: The layer, or the modules that are one row; None for an input.
        rows: All layers that it stands for.
        behind: The layers that only change values, behind it.
        inputs: The numbers of the stops that it reads.
        lanes: As how many equal parts it is drawn, which know nothing of one another.
    """

    name: str
    shape: Shape
    row: Row | None = None
    rows: tuple[Row, ...] = ()
    behind: tuple[Row, ...] = ()
    inputs: tuple[int, ...] = ()
    lanes: int = 1
    family: str = field(default="input")

    @property
    def count(self) -> int:
        """How many equal modules it stands for, that follow one another."""
        label = "" if self.row is None else self.row.label
        _, cross, count = label.rpartition(" × ")
        return int(count) if cross and count.isdecimal() else 1

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """All its layers."""
        return (*self.rows, *self.behind)

    @property
    def has_places(self) -> bool:
        """Whether it is a map with rows and columns."""
        return len(self.shape) >= SPATIAL

    @property
    def kernel(self) -> Shape | None:
        """The window that it slides over what it reads, of a layer that has one."""
        return self.row.kernel_size if self.row is not None and self.row.count == 1 else None

    @property
    def what(self) -> str:
        """Its kind in a few words.

        As in "11×11 conv".
        """
        if self.row is None:
            return "input"
        if self.kernel is None:
            return self.row.label
        return f"{times(self.kernel if len(self.kernel) > 1 else (*self.kernel,))} {self.row.label}"

    @property
    def settings(self) -> tuple[str, ...]:
        """What else a drawing tells of it: the stride, and its groups."""
        return tuple(_settings(self.row)) if self.row is not None else ()

    @property
    def said(self) -> str:
        """All of it in a sentence, for whoever points at it."""
        if self.row is None:
            return f"{self.name}: {shape_words(self.shape)}"
        params = sum(row.params for row in self.all_rows)
        macs = [row.macs for row in self.all_rows]
        work = "?" if None in macs else f"{sum(each or 0 for each in macs):,}"
        more = "".join(f", {row.label}" for row in self.behind)
        settings = "".join(f", {each}" for each in self.settings)
        return (
            f"{self.name}: {self.what}{settings}{more}; {shape_words(self.shape)}; "
            f"{params:,} parameters, {work} MACs"
        )


def remark_on(stops: Sequence[Stop], of_maps: str) -> str:
    """Return what a drawing says of its sizes: of maps what is given, else what bars are."""
    if any(stop.has_places for stop in stops):
        return of_maps
    is_of_vectors = all(len(stop.shape) <= 1 for stop in stops)
    return "height √features" if is_of_vectors else "height √size of the last axis"


def shape_words(shape: Shape) -> str:
    """Return a shape as pictures have it, channels last.

    >>> shape_words((96, 55, 55)), shape_words(())
    ('55×55×96', '–')
    """
    return times(Map(shape[0], shape[1:]).ordered()) if shape else "–"


def _settings(row: Row) -> Iterator[str]:
    if row.stride is not None and set(row.stride) != {1}:
        stride = shortest(row.stride)
        yield f"stride {times(stride) if isinstance(stride, tuple) else stride}"
    if row.groups is not None and row.groups > 1:
        is_each = row.in_shape and row.groups == row.in_shape[0]
        yield "depthwise" if is_each else f"{row.groups} groups"


def stops(report: NetworkReport, depth: int | None = None) -> tuple[Stop, ...]:
    """Return what is drawn of a network, its inputs first.

    Args:
        report: The network.
        depth: How deep modules are opened; None for as deep as can be taken in at once.
    """
    rest = iter(report.layers)
    rows = [
        (row, tuple(islice(rest, row.count)))
        for row in folded(report, depth_of_sections(report) if depth is None else depth).layers
    ]
    made = [Stop(INPUT, report.input)] if report.input else []
    made += [Stop(name, shape) for name, shape in report.more_inputs.items()]
    homes = {stop.name: at for at, stop in enumerate(made)}
    readers = Counter(name for row in report.layers for name in {*row.inputs})
    ends = {at: stop.name for at, stop in enumerate(made)}
    for row, members in rows:
        own = {each.name for each in members}
        read = [name for each in members for name in each.inputs if name not in own]
        inputs = tuple(dict.fromkeys(homes[name] for name in read if name in homes))
        last = len(made) - 1
        if (
            is_passing(row, members)
            and inputs == (last,)
            and made[last].row is not None
            and read[0] == ends[last]
            and readers[read[0]] == 1
        ):
            made[last] = replace(made[last], behind=(*made[last].behind, row))
        else:
            last += 1
            made.append(_stop(row, members, inputs, made))
        homes |= dict.fromkeys(own, last)
        ends[last] = members[-1].name
    return tuple(made)


def is_passing(row: Row, members: Sequence[Row]) -> bool:
    """Return whether a row is a layer that stands with the one before it."""
    if row.count > 1 or row.macs:
        return False
    return row.kind in ARRANGING or (family(members) in PASSING and row.in_shape == row.out_shape)


def _stop(
    row: Row, members: tuple[Row, ...], inputs: tuple[int, ...], made: Sequence[Stop]
) -> Stop:
    lanes = 1
    if row.groups is not None and 1 < row.groups <= MOST_LANES and row.count == 1:
        lanes = row.groups if row.out_shape[0] > row.groups else 1
    elif family(members) == "pool" and len(inputs) == 1:
        lanes = made[inputs[0]].lanes
    return Stop(
        name=short_run(row.name),
        shape=row.out_shape,
        row=row,
        rows=members,
        inputs=inputs,
        lanes=lanes,
        family=family(members),
    )


def skips(all_stops: Sequence[Stop]) -> list[tuple[int, int]]:
    """Return from where to where something is carried past other stops."""
    return [
        (source, at)
        for at, stop in enumerate(all_stops)
        for source in stop.inputs
        if source != at - 1
    ]
