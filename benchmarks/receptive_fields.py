"""Receptive fields of 200 random networks, held against what their maps show when they go on.

    python benchmarks/receptive_fields.py [--networks 200] [--first 0]

The image is put into a larger one, and every map is worked out beyond its ends from that, so that
no padding is read and nothing is clipped: by torch's own convolutions and poolings with weights of
1, or by the definition of a resizing, of images that are 1 in one row and 0 elsewhere. A unit sees
the rows that make it more than 0. Every number that archstat prints is held against that: of each
row the size, the effective stride and the padding, along both axes. The exit code is 1 if one
differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import count
from math import ceil, floor

import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from random_networks import Program, RandomNetwork, Step, random_program
from torch import Tensor

import archstat

Interval = tuple[int, int] | None
MARGINS = (100, 400, 1200)
"""As many pixels are put on each side of the image; more where that clips a unit's view."""


class TooNarrowError(Exception):
    """The larger image clips what a unit sees."""


@dataclass(frozen=True)
class Line:
    """The units of a map along one axis, and those beyond its ends.

    Attributes:
        seen: By pixel and unit: 1 where the unit sees the pixel.
        first: The number of the first unit; less than 0 where it lies before the map.
        units: How many units the map itself has, from number 0 on.
        axis: The axis of the image whose pixels they see.
    """

    seen: Tensor
    first: int
    units: int
    axis: int

    def made(self, seen: Tensor, first: int, units: int) -> Line:
        """Return another map of the same pixels."""
        return Line((seen.abs() > 1e-9).double(), first, units, self.axis)  # noqa: PLR2004  rounding

    def gathered(self, units: int, reads: Callable[[int], Sequence[int]]) -> Line:
        """Return a map each of whose units reads these, as far as all of them are known."""
        columns: dict[int, Tensor] = {}
        for way in (count(), count(-1, -1)):
            for unit in way:
                taps = [tap - self.first for tap in reads(unit)]
                if not 0 <= min(taps) <= max(taps) < self.seen.shape[1]:
                    break
                columns[unit] = self.seen[:, taps].sum(dim=1)
        if not columns:
            raise TooNarrowError
        order = sorted(columns)
        return self.made(torch.stack([columns[n] for n in order], dim=1), order[0], units)

    @cached_property
    def inside(self) -> dict[int, Interval]:
        """What all units see that see pixels of the larger image alone."""
        seen, last = self.seen > 0, len(self.seen) - 1
        firsts = seen.byte().argmax(dim=0).tolist()
        lasts = (last - seen.flip(0).byte().argmax(dim=0)).tolist()
        views: dict[int, Interval] = {}
        views_of = zip((~seen.any(dim=0)).tolist(), firsts, lasts, strict=True)
        for unit, (is_blind, *view) in enumerate(views_of, self.first):
            if is_blind:
                views[unit] = None
            elif view[0] > 0 and view[1] < last:
                views[unit] = (view[0], view[1])
        return views

    def interval(self, unit: int) -> Interval:
        """Return the first and the last pixel that a unit sees, not counted from the image."""
        if unit not in self.inside:
            raise TooNarrowError
        return self.inside[unit]


def slid(line: Line, units: int, window: Sequence[int]) -> Line:
    """Return what a window sees that slides over a map without an end.

    Args:
        line: The map.
        units: How many units the next map has.
        window: Kernel size, stride, padding and dilation.
    """
    kernel, stride, padding, dilation = window
    first = ceil((line.first + padding) / stride)
    maps = line.seen[:, None, first * stride - padding - line.first :]
    ones = torch.ones(1, 1, kernel, dtype=torch.double)
    return line.made(F.conv1d(maps, ones, stride=stride, dilation=dilation)[:, 0], first, units)


def spread(line: Line, units: int, window: Sequence[int]) -> Line:
    """Return what a transposed convolution makes of a map without an end."""
    kernel, stride, padding, dilation = window
    ones = torch.ones(1, 1, kernel, dtype=torch.double)
    maps = F.conv_transpose1d(line.seen[:, None], ones, stride=stride, dilation=dilation)[:, 0]
    reach = dilation * (kernel - 1)
    first = line.first * stride - padding + reach
    return line.made(maps[:, reach : maps.shape[1] - reach], first, units)


def between(place: Fraction) -> Sequence[int]:
    """Return the units that linear interpolation reads at a place: one if it lies on a unit."""
    before = floor(place)
    return (before,) if place == before else (before, before + 1)


def resized(line: Line, units: int, op: str) -> Line:
    """Return a map made as large as `units` units, by the definition of the way that it is done."""
    scale = Fraction(line.units, units)
    if op == "adaptive" and units == 1:
        return slid(line, 1, (line.units, 1, 0, 1))  # a window as large as the map
    if op == "adaptive":  # parts as equal as can be
        return line.gathered(units, lambda u: range(floor(u * scale), ceil((u + 1) * scale)))
    if line.units == 1:  # the only unit, whatever the size
        return line.made(line.seen[:, [-line.first]].repeat(1, 9 * units), -4 * units, units)
    if op == "nearest":
        return line.gathered(units, lambda u: [floor(u * scale)])
    if op == "corners":
        step = Fraction(line.units - 1, max(1, units - 1))
        return line.gathered(units, lambda u: between(u * step))
    half = Fraction(1, 2)
    return line.gathered(units, lambda u: between((u + half) * scale - half))


def joined(lines: Sequence[Line]) -> Line:
    """Return what maps see together at each unit."""
    first = max(line.first for line in lines)
    end = min(line.first + line.seen.shape[1] for line in lines)
    parts = [line.seen[:, first - line.first : end - line.first] for line in lines]
    return lines[0].made(torch.stack(parts).sum(dim=0), first, lines[0].units)


def along(step: Step, number: int, lines: Sequence[Line], units: int) -> Line:  # noqa: PLR0911
    """Return what a step makes of maps, along rows (0) or columns (1)."""
    line, numbers = lines[0], step.numbers
    match step.op:
        case "conv" | "conv_transpose" | "max_pool" | "avg_pool":
            names = ("kernel_size", "stride", "padding", "dilation")
            settings = [numbers.get(name, (1, 1))[number] for name in names]
            return (spread if step.op == "conv_transpose" else slid)(line, units, settings)
        case "nearest" | "bilinear" | "corners" | "adaptive":
            return resized(line, units, step.op)
        case "shuffle":
            return line.gathered(units, lambda u: [floor(u / 2)])
        case "unshuffle":
            return slid(line, units, (2, 2, 0, 1))
        case "pad":
            before, _ = numbers["after" if number else "before"]
            return line.made(line.seen, line.first + before, units)
        case "crop":
            return line.made(line.seen, line.first - numbers["start"][number], units)
        case "flip" if number == 0:
            last = line.first + line.seen.shape[1] - 1
            return line.made(line.seen.flip(1), line.units - 1 - last, units)
        case "gate":
            return joined([line, resized(lines[1], units, "nearest")])
        case "add" | "cat":
            return joined(lines)
        case _:  # it moves nothing
            return line


Map = tuple[Line, Line]
"""A map along its rows and along its columns, which may be those of the image or the other way."""


def measured(program: Program, network: RandomNetwork, margin: int) -> list[Map | None]:
    """Return every map; None where one meets itself turned, which lines cannot tell."""

    def line(axis: int) -> Line:
        side = network.shapes[0][2 + axis]
        return Line(torch.eye(side + 2 * margin, dtype=torch.double), -margin, side, axis)

    maps: list[Map | None] = [(line(0), line(1))]
    for step, shape in zip(program, network.shapes[1:], strict=True):
        given = [maps[number] for number in step.inputs]
        known = [pair for pair in given if pair is not None]
        if len(known) < len(given) or len({rows.axis for rows, _ in known}) > 1:
            maps.append(None)
            continue
        pairs = [*zip(*known, strict=True)]
        if step.op == "turn":
            pairs.reverse()
        rows, columns = (along(step, n, pairs[n], shape[2 + n]) for n in (0, 1))
        maps.append((rows, columns))
    return maps


def wrong(field: archstat.ReceptiveField, lines: Sequence[Line], margin: int) -> Iterator[str]:
    """Yield what is said of a map's receptive field and is not so."""
    for line in sorted(lines, key=lambda line: line.axis):
        axis = line.axis
        views = {unit: line.interval(unit) for unit in range(line.units)}
        size = max(map(width, views.values()))
        if field.size[axis] != size:
            yield f"size {field.size[axis]} along {'hw'[axis]}, measured {size}"
        padding = None if views[0] is None else margin - views[0][0]
        if field.effective_padding[axis] != padding:
            yield f"padding {field.effective_padding[axis]} along {'hw'[axis]}, measured {padding}"
        stride = field.effective_stride[axis]
        if stride is not None and not is_stride(line, stride):
            yield f"stride {stride} along {'hw'[axis]}, which is not how far units are apart"


def is_stride(line: Line, stride: Fraction) -> bool:
    """Return whether so many units further, all units see as many pixels further.

    Of a map whose units all see the same, it is said that they are 0 pixels apart.
    """
    if not stride and line.units > 1:
        return len({line.interval(unit) for unit in range(line.units)}) == 1
    seen = line.inside
    for period in range(stride.denominator, len(seen), stride.denominator):
        step = int(period * stride)
        pairs = [(seen[unit], seen[unit + period]) for unit in seen if unit + period in seen]
        if pairs and all(a == b or (a and b and (a[0] + step, a[1] + step) == b) for a, b in pairs):
            return True
    if len(line.seen) < MARGINS[-1]:
        raise TooNarrowError  # a period may be longer
    first, last = min(seen), max(seen)  # longer than all that can be seen: so much in the mean
    moved = last_of(seen[last]) - last_of(seen[first])
    return abs(moved - stride * (last - first)) <= 2 * max(map(width, seen.values()))


def width(view: Interval) -> int:
    """Return how many pixels a unit sees."""
    return view[1] - view[0] + 1 if view else 0


def last_of(view: Interval) -> int:
    """Return the last pixel that a unit sees."""
    return view[1] if view else 0


@dataclass
class Score:
    """What was held against what is printed, over all networks."""

    rows: int = 0
    right: int = 0
    unknown: int = 0
    unmeasured: int = 0


def hold(seed: int, score: Score) -> list[str]:
    """Hold every row of a random network against its maps; return what is wrong."""
    program, image = random_program(seed)
    network = RandomNetwork(program, image)
    report = archstat.analyze(network, input=image)
    for margin in MARGINS:
        tried, found = Score(), []
        try:
            maps = measured(program, network, margin)
            for number, pair in enumerate(maps[1:]):
                own = f"steps.{number}"
                rows = [r for r in report.layers if f"{r.name}.".startswith(f"{own}.")]
                if not rows:
                    continue  # views alone, which no table shows
                field = rows[-1].receptive_field
                tried.rows += 1
                if field is None:
                    tried.unknown += 1
                elif pair is None:
                    tried.unmeasured += 1
                else:
                    words = [*wrong(field, pair, margin)]
                    tried.right += not words
                    found += [f"network {seed}, {rows[-1].name}: {what}" for what in words]
        except TooNarrowError:
            continue
        for name, value in vars(tried).items():
            setattr(score, name, getattr(score, name) + value)
        return found
    return [f"network {seed}: a unit sees more than {MARGINS[-1]} pixels beyond the image"]


def main() -> int:
    """Print the score; return 1 if a number is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the number of the first network")
    options = parser.parse_args()
    score, found = Score(), []
    for seed in range(options.first, options.first + options.networks):
        found += hold(seed, score)
    print("\n".join(found))
    print(
        f"{options.networks} networks, {score.rows} rows: {score.right} right in every number, "
        f"{score.rows - score.right - score.unknown - score.unmeasured} wrong, "
        f"{score.unknown} with `?`, {score.unmeasured} not measured"
    )
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
