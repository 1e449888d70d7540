"""The pixels that units were seen to depend on, held against what is said of a receptive field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from torch import Tensor

from archstat.analyses.receptive_field import ReceptiveField
from archstat.analyses.receptive_field.branches import Interval
from archstat.analyses.receptive_field.tracks import Track
from archstat.errors import ArchstatError

WITNESS, QUANTITY = "autograd", "receptive fields"
IN_FULL = "size, stride and padding"

Unit: TypeAlias = tuple[int, ...]
"""The place of a unit, along each axis of the image."""

Pixels: TypeAlias = list[Interval | None]
"""The first and the last pixel that a unit depends on, along each axis of the image."""


class NotMeasurableError(ArchstatError):
    """A receptive field that a witness cannot measure."""


def hull(gradient: Tensor) -> Pixels:
    """Return the first and the last place along each axis where a gradient is not 0."""
    places = gradient.nonzero()
    if not len(places):
        return [None] * gradient.dim()
    first, last = places.min(dim=0).values.tolist(), places.max(dim=0).values.tolist()
    return list(zip(first, last, strict=True))


def stated(field: ReceptiveField, unit: Unit) -> Pixels:
    """Return what is said that a unit sees: no pixel at all, if along one axis it sees none."""
    seen = [track.interval(place) for track, place in zip(field.tracks, unit, strict=True)]
    return [None] * len(seen) if None in seen else seen


def like_the_widest(track: Track) -> Sequence[int]:
    """Return the units of a map that see as much as the widest one, some pixels further."""
    widths = [0 if seen is None else seen[1] - seen[0] for seen in track.intervals]
    widest = widths.index(max(widths))
    period = track.branches[0].period if len(track.branches) == 1 else None
    return (widest,) if period is None else range(widest % period, track.units, period)


def is_shown(field: ReceptiveField, seen: Mapping[Unit, Pixels], sides: Sequence[int]) -> bool:
    """Return whether measured units show the size of a receptive field, on an image of these sides.

    That is so if along each axis the widest view is all within the image, or both of its ends are
    inside, be it those of one unit or of two that see as much.
    """
    for axis, (track, side) in enumerate(zip(field.tracks, sides, strict=True)):
        alike = set(like_the_widest(track))
        pairs = ((unit[axis], pixels[axis]) for unit, pixels in seen.items())
        views = [(view, track.interval(place)) for place, view in pairs if view and place in alike]
        if any(view == said for view, said in views):
            continue
        known = [(view, said) for view, said in views if said]
        if not any(0 < view[0] == said[0] for view, said in known):
            return False
        if not any(side - 1 > view[1] == said[1] for view, said in known):
            return False
    return True


def spread(costs: Mapping[str, int], budget: int) -> set[str]:
    """Return as many layers as a budget allows, evenly spread, the last one first.

    >>> sorted(spread({"a": 1, "b": 2, "c": 3, "d": 4}, budget=6))
    ['b', 'd']
    """
    names = [*costs][::-1]
    for step in range(1, len(names) + 1):
        chosen = names[::step]
        if sum(costs[name] for name in chosen) <= budget:
            return {*chosen}
    return set()


def described(views: Sequence[Pixels]) -> str:
    """Return what units see in words: the size, and the pixels along each axis."""
    sizes = [0 if view is None else view[1] - view[0] + 1 for view in views[0]]
    ranges = [
        " × ".join("nothing" if view is None else f"{view[0]}…{view[1]}" for view in unit)
        for unit in views
    ]
    return f"{'×'.join(map(str, sizes))} (pixels {', then '.join(ranges)})"
