"""Random convolutional networks: programs of steps that torch runs, one module a step.

Steps convolve, pool, resize, shuffle, crop, turn and permute, with settings of their own for rows
and columns, and meet earlier steps again, whatever strides those have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import Tensor, nn

CHANNELS = 4
LARGEST = 48
"""As many rows or columns may a map have."""

Pair = tuple[int, int]
"""A setting for rows, and one for columns."""


@dataclass(frozen=True)
class Step:
    """What one module does.

    Attributes:
        op: A name of `OPS`.
        inputs: The numbers of the steps that it reads; 0 is the image.
        numbers: Its settings.
    """

    op: str
    inputs: tuple[int, ...]
    numbers: Mapping[str, Pair]


Program = Sequence[Step]


def _cropped(x: Tensor, start: Pair, stop: Pair) -> Tensor:
    return x[:, :, start[0] : start[0] + stop[0], start[1] : start[1] + stop[1]]


class Operation(nn.Module):
    """A step as torch runs it; with weights where it has some."""

    def __init__(self, step: Step, shapes: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self.step = step
        numbers: Mapping[str, Any] = step.numbers
        channels = shapes[0][1] if step.op != "cat" else CHANNELS
        match step.op:
            case "conv":
                self.layer: nn.Module = nn.Conv2d(channels, CHANNELS, **numbers)
            case "conv_transpose":
                self.layer = nn.ConvTranspose2d(channels, CHANNELS, **numbers)
            case "max_pool":
                self.layer = nn.MaxPool2d(**numbers)
            case "avg_pool":
                self.layer = nn.AvgPool2d(**numbers)
            case "linear":
                self.layer = nn.Linear(channels, CHANNELS)

    def forward(self, x: Tensor, *others: Tensor) -> Tensor:  # noqa: C901, PLR0911, PLR0912  a case a step
        """Run it."""
        numbers: Mapping[str, Any] = self.step.numbers
        match self.step.op:
            case "conv" | "conv_transpose" | "max_pool" | "avg_pool":
                return self.layer(x)
            case "linear":  # over the channels, which a permutation puts last
                return self.layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
            case "nearest":
                return F.interpolate(x, size=numbers["size"], mode="nearest")
            case "bilinear":
                return F.interpolate(x, size=numbers["size"], mode="bilinear")
            case "corners":
                return F.interpolate(x, size=numbers["size"], mode="bilinear", align_corners=True)
            case "adaptive":
                return F.adaptive_avg_pool2d(x, numbers["size"])
            case "shuffle":
                return F.pixel_shuffle(x, 2)
            case "unshuffle":
                return F.pixel_unshuffle(x, 2)
            case "pad":
                (top, bottom), (left, right) = numbers["before"], numbers["after"]
                return F.relu(F.pad(x, (left, right, top, bottom)))
            case "crop":
                return F.relu(_cropped(x, **numbers))
            case "flip":
                return x.flip(2)
            case "turn":
                return F.relu(x.transpose(2, 3))
            case "add":
                return x + others[0]
            case "cat":
                return torch.cat([x, *others], dim=1)
            case "gate":
                return x * torch.sigmoid(others[0])
        raise AssertionError(self.step.op)


class RandomNetwork(nn.Module):
    """A program as torch runs it."""

    def __init__(self, program: Program, image: Sequence[int]) -> None:
        super().__init__()
        self.steps = nn.ModuleList()
        shapes = [(1, *image)]
        for step in program:
            operation = Operation(step, [shapes[number] for number in step.inputs])
            given = [torch.empty(shapes[number], device="meta") for number in step.inputs]
            shapes.append(tuple(operation.to("meta")(*given).shape))
            self.steps.append(operation)
        self.shapes = shapes

    def forward(self, image: Tensor) -> Tensor:
        """Run all steps."""
        seen = [image]
        for operation in self.steps:
            seen.append(operation(*(seen[number] for number in operation.step.inputs)))
        return seen[-1]


POOLED: Mapping[str, Pair] = {"size": (1, 1)}
"""The settings of what pools a whole map."""


# What is drawn.


def _window(draw: Random, largest: int) -> dict[str, Pair]:
    kernel = (draw.randint(1, largest), draw.randint(1, largest))
    stride = (draw.randint(1, 2), draw.randint(1, 2))
    return {"kernel_size": kernel, "stride": stride}


def _pair(draw: Random, low: int, high: int) -> Pair:
    return draw.randint(low, high), draw.randint(low, high)


def _convolution(draw: Random, _: Sequence[int]) -> dict[str, Any]:
    more = {"padding": _pair(draw, 0, 3), "dilation": _pair(draw, 1, 3)}
    return {**_window(draw, 4), **more}


def _transposed(draw: Random, _: Sequence[int]) -> dict[str, Any]:
    more = {"padding": _pair(draw, 0, 1), "dilation": _pair(draw, 1, 2)}
    return {**_window(draw, 4), **more}


def _pool(draw: Random, _: Sequence[int]) -> dict[str, Any]:
    window = _window(draw, 4)
    padding = tuple(draw.randint(0, kernel // 2) for kernel in window["kernel_size"])
    return {**window, "padding": padding, "ceil_mode": draw.random() < 0.5}  # noqa: PLR2004  a coin


def _size(draw: Random, _: Sequence[int]) -> dict[str, Any]:
    return {"size": _pair(draw, 2, 24)}


def _twice(draw: Random, shape: Sequence[int]) -> dict[str, Any]:
    factors = _pair(draw, 1, 3)
    return {"size": (shape[2] * factors[0], shape[3] * factors[1])}


def _pad(draw: Random, _: Sequence[int]) -> dict[str, Any]:
    return {"before": _pair(draw, 0, 3), "after": _pair(draw, 0, 3)}


def _crop(draw: Random, shape: Sequence[int]) -> dict[str, Any]:
    start = (draw.randint(0, shape[2] // 2), draw.randint(0, shape[3] // 2))
    return {"start": start, "stop": tuple(n - s for n, s in zip(shape[2:], start, strict=True))}


def _nothing(_: Random, __: Sequence[int]) -> dict[str, Any]:
    return {}


OPS: Mapping[str, Callable[[Random, Sequence[int]], dict[str, Any]]] = {
    "conv": _convolution,
    "conv_transpose": _transposed,
    "max_pool": _pool,
    "avg_pool": _pool,
    "linear": _nothing,
    "nearest": _size,
    "bilinear": _twice,
    "corners": _size,
    "adaptive": _size,
    "shuffle": _nothing,
    "unshuffle": _nothing,
    "pad": _pad,
    "crop": _crop,
    "flip": _nothing,
    "turn": _nothing,
}
"""The steps of one input, with what draws their settings for an input of a shape."""

LIKELY = ("conv", "conv", "conv", "max_pool", "bilinear", "corners")
"""What networks have most of."""


def random_program(seed: int) -> tuple[list[Step], tuple[int, int, int]]:
    """Return a program, and the shape of its image."""
    draw = Random(seed)  # noqa: S311  nothing secret
    image = (3, draw.randint(12, 32), draw.randint(12, 32))
    program: list[Step] = []
    for _ in range(draw.randint(4, 12)):
        shapes = RandomNetwork(program, image).shapes
        last = len(program)
        if draw.random() < 0.3 and last > 1:  # noqa: PLR2004  three steps of ten
            more = _meeting(draw, last, draw.randrange(last), shapes)
        else:
            op = draw.choice([*OPS, *LIKELY])
            more = [Step(op, (last,), OPS[op](draw, shapes[last]))]
        if _fits([*program, *more], image):
            program += more
    return program, image


def _meeting(draw: Random, last: int, other: int, shapes: Sequence[Sequence[int]]) -> list[Step]:
    """Return steps that join the last map with an earlier one, made as large as it."""
    sizes, others = shapes[last][2:], shapes[other][2:]
    kind = draw.choice(["add", "cat", "gate", "gate"])
    if kind == "gate":
        channels = Step("linear", (other,), {})
        pooled = Step("adaptive", (last + 1,), POOLED)
        if shapes[last][1] != CHANNELS:
            return [channels, pooled, Step("cat", (last, last), {})]
        return [channels, pooled, Step("gate", (last, last + 2), {})]
    if all(n <= m for n, m in zip(sizes, others, strict=True)) and draw.random() < 0.5:  # noqa: PLR2004
        fitted = Step("crop", (other,), {"start": (0, 0), "stop": tuple(sizes)})
    else:
        way = draw.choice(["nearest", "bilinear", "corners", "adaptive"])
        fitted = Step(way, (other,), {"size": tuple(sizes)})
    if kind == "cat":
        return [fitted, Step("cat", (last, last + 1), {})]
    both = [Step("linear", (last,), {}), Step("linear", (last + 1,), {})]
    return [fitted, *both, Step("add", (last + 2, last + 3), {})]


def _fits(program: Program, image: Sequence[int]) -> bool:
    """Return whether a program runs, and no map is empty or large."""
    try:
        shapes = RandomNetwork(program, image).shapes
    except (RuntimeError, ValueError):
        return False
    sides = [
        side
        for step, shape in zip(program, shapes[1:], strict=True)
        if step.numbers != POOLED
        for side in shape[2:]
    ]
    return all(1 < side <= LARGEST for side in sides)
