"""What rooflines have in common: their axes, and roofs of a slope for the memory and levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import atan2, degrees, hypot

from archstat.bench.work import Rates
from archstat.documents.units import short_with_prefix, with_prefix
from archstat.pictures.axes import Room, Scale, scale
from archstat.pictures.drawing import (
    SMALL_HEIGHT,
    SMALL_LETTER,
    element,
    label,
    line,
    number,
    words,
)
from archstat.pictures.series import LABEL_GAP

INDENT = 30
"""Pixels along the slope before what is written there."""


@dataclass(frozen=True)
class PlaceInPlot:
    """Where something lies.

    Attributes:
        intensity: Operations for each byte that must be moved.
        rate: Operations a second.
    """

    intensity: float
    rate: float


def scales(
    places: Sequence[PlaceInPlot],
    roofs: Iterable[Rates],
    across: tuple[float, float],
    upright: tuple[float, float],
) -> tuple[Scale, Scale]:
    """Return both axes, which hold all places and the ridges of all roofs.

    Args:
        places: What is drawn.
        roofs: The roofs above it.
        across: Where the axis of intensities begins and ends, in pixels.
        upright: Where that of rates does.
    """
    ridges = [PlaceInPlot(peak_of(rates) / rates.memory, peak_of(rates)) for rates in roofs]
    held = [*places, *ridges]
    return (
        scale([place.intensity for place in held], *across, air=2),
        scale([place.rate for place in held], *upright, air=1.6),
    )


def grid(across: Scale, upright: Scale, title: str) -> Iterator[str]:
    """Yield the lines of both axes with their numbers, and what those across are."""
    for value in upright.ticks():
        y = upright.at(value)
        yield element("line", x1=across.start, y1=y, x2=across.end, y2=y, class_="grid")
        text = short_with_prefix(value)
        yield label(across.start - 8, y + 4, text, look="weak small", text_anchor="end")
    for value in across.ticks():
        x = across.at(value)
        yield element("line", x1=x, y1=upright.end, x2=x, y2=upright.start, class_="grid")
        text = short_with_prefix(value)
        yield label(x, upright.start + 16, text, look="weak small", text_anchor="middle")
    middle = (across.start + across.end) / 2
    yield label(middle, upright.start + 32, title, look="weak small", text_anchor="middle")


def peak_of(rates: Rates) -> float:
    """Return the operations a second of the faster kind."""
    return max(rates.conv, rates.matmul)


def roof(
    name: str, rates: Rates, across: Scale, upright: Scale, *, look: str = "ink"
) -> Iterator[str]:
    """Yield the roof of a device, and a lower one where some operations are slower."""
    start = max(across.low, upright.low / rates.memory)
    corners = [(start, start * rates.memory), *_flat(peak_of(rates), rates, across)]
    path = line([(across.at(x), upright.at(y)) for x, y in corners], f"roof {look}")
    yield element("g", element("title", words(name)) + path)
    if (slower := _slower(rates, upright)) is not None:
        flat = _flat(slower, rates, across)
        yield line([(across.at(x), upright.at(y)) for x, y in flat], f"limit {look}")


def _flat(peak: float, rates: Rates, across: Scale) -> list[tuple[float, float]]:
    return [(peak / rates.memory, peak), (across.high, peak)]


def _slower(rates: Rates, upright: Scale) -> float | None:
    """Return the lower peak of the two; None if it is so near that both would look like one."""
    low = min(rates.conv, rates.matmul)
    return low if upright.at(low) - upright.at(peak_of(rates)) > LABEL_GAP else None


def names_of_roofs(
    roofs: Mapping[str, Rates], across: Scale, upright: Scale, room: Room
) -> Iterator[str]:
    """Yield what the levels and slopes of roofs are, where there is room for it."""
    for name, rates in roofs.items():
        peak, slower = peak_of(rates), _slower(rates, upright)
        title = f"{name} {with_prefix(peak, 'FLOP/s')}"
        yield from _along_the_flat(title, _flat(peak, rates, across), across, upright, room)
        if slower is not None:
            kind = "matrix products" if slower == rates.matmul else "convolutions"
            title = f"{kind} {with_prefix(slower, 'FLOP/s')}"
            yield from _along_the_flat(title, _flat(slower, rates, across), across, upright, room)
    slopes = {with_prefix(rates.memory, "B/s"): rates for rates in roofs.values()}
    for text, rates in slopes.items():
        yield from _along_the_slope(text, rates, across, upright, room)


def _along_the_flat(
    text: str, flat: Sequence[tuple[float, float]], across: Scale, upright: Scale, room: Room
) -> Iterator[str]:
    """Yield a text above or below a level line, as far to the right as there is room."""
    [(ridge, peak), _] = flat
    y, width = upright.at(peak), SMALL_LETTER * len(text)
    least, most = int(across.at(ridge) + width), int(across.end - 4)
    for x, base in product(range(most, least, -10), (y - 5, y + 14)):
        if room.take((x - width, base - SMALL_HEIGHT, x, base + 2)):
            yield label(x, base, text, look="ink small halo", text_anchor="end")
            return


def _along_the_slope(
    text: str, rates: Rates, across: Scale, upright: Scale, room: Room
) -> Iterator[str]:
    """Yield the rate of the memory, written along the slope that it makes."""
    foot = max(across.low, upright.low / rates.memory)
    left, low = across.at(foot), upright.at(foot * rates.memory)
    right, high = across.at(peak_of(rates) / rates.memory), upright.at(peak_of(rates))
    length, letters = hypot(right - left, high - low), int(SMALL_LETTER * len(text))
    if length < letters + 2 * INDENT:
        return
    cos, sin = (right - left) / length, (high - low) / length
    for start in range(INDENT, int(length) - letters, INDENT):
        x, y = left + start * cos + 6 * sin, low + start * sin - 6 * cos  # along it, and above
        steps = [(x + step * cos, y + step * sin) for step in range(0, letters, 6)]
        if room.take(*((at - 8, down - 10, at + 6, down + 4) for at, down in steps)):
            turned = f"rotate({number(degrees(atan2(sin, cos)))} {number(x)} {number(y)})"
            yield label(x, y, text, look="ink small halo", transform=turned)
            return
