"""Law: whatever a network does to its axes, what a unit sees is where its gradient is not zero.

Random programs permute, cut and join axes, mix them by matrix products, norms and windows, and meet
themselves again. They run in torch with random positive weights in double precision, so that no
gradient cancels or vanishes; the same program, traced, has a layout, which tells where each unit of
the image's rows and columns is in the output, whichever axes its layers take for these. The pixels
that it sees, as far as the image goes, are exactly those with a gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import torch
from hypothesis import event, example, given
from hypothesis import strategies as st
from torch.nn import functional

from archstat.analyses.receptive_field import ReceptiveField, channels_axis, receptive_fields
from archstat.analyses.receptive_field.layout import AxisFactor, Medley
from archstat.models.torch.examples import CallInputs
from archstat.models.torch.tracing import trace

Interval = tuple[int, int]
Op = Callable[[object], object]
"""Part of a program, from a tensor to a tensor."""


def weights(*shape: int):
    """Return positive weights, the same ones each time."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(0), dtype=torch.double) + 0.5


# The parts of programs. Each is a function of what was drawn for it, and does nothing where the
# tensor is not one that it could work on.


def permute(x, numbers: Sequence[int]):
    """Put axes behind the first into another order."""
    order = sorted(range(1, x.dim()), key=lambda axis: numbers[axis % len(numbers)])
    return x.permute(0, *order)


def merge(x, numbers: Sequence[int]):
    """Make one axis of two."""
    axis = 1 + numbers[0] % (x.dim() - 1)
    return x.flatten(axis, axis + 1) if axis + 1 < x.dim() else x


def cut(x, numbers: Sequence[int]):
    """Make two axes of one."""
    axis = 1 + numbers[0] % (x.dim() - 1)
    part = next((n for n in (numbers[1] + 2, 2, 3) if x.shape[axis] % n == 0), None)
    return x if part is None or x.dim() > 5 else x.unflatten(axis, (-1, part))


def linear(x, numbers: Sequence[int]):
    return x @ weights(x.shape[-1], numbers[0] + 1)


def convolve(x, numbers: Sequence[int]):
    size = 1 + numbers[0] % 3
    if x.dim() != 4 or min(x.shape[2:]) < size:
        return x
    weight = weights(2, x.shape[1], size, size)
    return functional.conv2d(x, weight, stride=1 + numbers[1] % 2, padding=size // 2)


def pool(x, _: Sequence[int]):
    fits = x.dim() == 4 and min(x.shape[2:]) > 1
    return functional.avg_pool2d(x, 2) if fits else x


def norm(x, numbers: Sequence[int]):
    """Divide by a sum along an axis; 1 more, as a single value would cancel itself."""
    return x / (1 + x.sum(dim=1 + numbers[0] % (x.dim() - 1), keepdim=True))


def mean(x, numbers: Sequence[int]):
    return x.mean(dim=1 + numbers[0] % (x.dim() - 1), keepdim=numbers[1] % 2 == 0)


def roll(x, numbers: Sequence[int]):
    return x.roll(numbers[1], 1 + numbers[0] % (x.dim() - 1))


def mirror(x, numbers: Sequence[int]):
    return x.flip(1 + numbers[0] % (x.dim() - 1))


def take(x, numbers: Sequence[int]):
    """Leave out the first values of an axis, or keep every second."""
    axis = 1 + numbers[0] % (x.dim() - 1)
    if x.shape[axis] < 3:
        return x
    if numbers[1] % 2:
        return x.narrow(axis, 1, x.shape[axis] - 1)
    return x.transpose(axis, -1)[..., ::2].transpose(axis, -1)


def select(x, numbers: Sequence[int]):
    axis = 1 + numbers[0] % (x.dim() - 1)
    return x.select(axis, numbers[1] % x.shape[axis]) if x.dim() > 2 else x


def attend(x, _: Sequence[int]):
    """Let values of the last axis but one meet one another."""
    if x.dim() < 3:
        return x
    scores = x @ x.transpose(-2, -1)
    return (scores / (1 + scores.sum(dim=-1, keepdim=True))) @ x


def gate(x, numbers: Sequence[int]):
    """Multiply by what an axis gives in all."""
    return x * x.mean(dim=1 + numbers[0] % (x.dim() - 1), keepdim=True)


def with_token(x, numbers: Sequence[int]):
    """Put a constant before the values of an axis."""
    axis = 1 + numbers[0] % (x.dim() - 1)
    shape = [1 if place == axis else size for place, size in enumerate(x.shape)]
    return torch.cat([weights(*shape), x], dim=axis)


def stretch(x, numbers: Sequence[int]):
    if x.dim() != 4:
        return x
    mode = ("nearest", "bilinear")[numbers[0] % 2]
    return functional.interpolate(x, scale_factor=2, mode=mode)


PARTS = (
    permute, merge, cut, linear, convolve, pool, norm, mean, roll, mirror, take, select, attend,
    gate, with_token, stretch,
)  # fmt: skip

MOST_VALUES = 600


@st.composite
def programs(draw) -> list[Op]:
    """Return parts in a row.

    Of channels, all is told together; so a constant channel is not picked from the others again.
    """
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=7))
    if with_token in parts:
        parts = [part for part in parts if part not in {take, select}]
    ops: list[Op] = []
    for part in parts:
        numbers = draw(st.lists(st.integers(0, 5), min_size=6, max_size=6))
        ops.append(lambda x, part=part, numbers=numbers: part(x, numbers))
    return ops


class Program(torch.nn.Module):
    """Parts in a row; one that would make too large a tensor is left out."""

    def __init__(self, ops: Sequence[Op]) -> None:
        super().__init__()
        self.ops, self.end = ops, torch.nn.Identity()

    def forward(self, x):
        for op in self.ops:
            y = op(x)
            if y.dim() > 1 and y.numel() <= MOST_VALUES:
                x = y + x if y.shape == x.shape else y
        return self.end(x * 1.0)


def hull(pixels: Sequence[int]) -> Interval | None:
    return (min(pixels), max(pixels)) if pixels else None


def measured(program: Program, shape: Sequence[int], channels: int):
    """Return the magnitude of each output value's gradient at each pixel."""
    image = weights(1, *shape)
    gradients = torch.autograd.functional.jacobian(program, image)
    return gradients.abs().sum(dim=channels - len(shape)).squeeze(-len(shape))


def places(factors: Sequence[AxisFactor], unit: Sequence[int]) -> list[int]:
    """Return where a unit is on an axis of a tensor."""
    found = [0]
    for factor in factors:
        digits = range(factor.size)
        if factor.axis is not None:
            digits = [unit[factor.axis] // factor.step % factor.size]
        found = [place * factor.size + digit for place in found for digit in digits]
    return found


def assert_seen(field: ReceptiveField, gradients) -> None:
    """Check that the units of a layout see the pixels where gradients are not 0, and no others."""
    rank = gradients.dim() - 2
    layout = ((),) * (rank - len(field.layout)) + field.layout[-rank:]
    for unit in product(*(range(track.units) for track in field.tracks)):
        chosen = gradients
        for axis, factors in enumerate(layout):
            if any(factor.axes for factor in factors):
                chosen = chosen.index_select(axis, torch.tensor(places(factors, unit)))
        pixels = chosen.flatten(0, rank - 1).sum(dim=0).nonzero().tolist()
        seen = [hull([pixel[axis] for pixel in pixels]) for axis in (0, 1)]
        assert [track.interval(u) for track, u in zip(field.tracks, unit, strict=True)] == seen


@example(
    ops=[partial(permute, numbers=[0, 1, 0]), partial(stretch, numbers=[0])],
    shape=(1, 4, 4),  # the first layer that slides slides along the first axis
)
@given(
    ops=programs(),
    shape=st.tuples(st.integers(1, 3), st.sampled_from([4, 5, 6]), st.sampled_from([4, 6])),
)
def test_a_unit_sees_the_pixels_with_a_gradient(ops: list[Op], shape: tuple[int, int, int]):
    program = Program(ops).double()
    graph = trace(program, CallInputs([weights(1, *shape)], {}), name="program", shape=shape)
    fields = receptive_fields(graph, is_clipped=True)
    field = fields.by_name["end"]
    if field is None:
        event(f"unknown: {fields.notes[0].partition(': ')[2]}")
        return
    channels = channels_axis(graph)
    event(f"channels are axis {channels}")
    gradients = measured(program, shape, channels)
    if any(isinstance(factor, Medley) for factors in field.layout for factor in factors):
        event("a medley")
        by_rows = gradients.flatten(0, -3).sum(dim=-1)
        rows = [hull(value.nonzero().flatten().tolist()) for value in by_rows]
        sizes = [last - first + 1 for first, last in filter(None, rows)]
        assert field.size[0] == max(sizes, default=0)
        return
    event("followed" if any(field.layout) else "read as a whole")
    assert_seen(field, gradients)
