"""The inputs that a model is traced with: zeros of the shapes and types that were stated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from archstat.errors import UsageError
from archstat.layers.base import Shape
from archstat.models.inputs import INDICES, InputSpec, fitted
from archstat.models.question import ZEROS, Question
from archstat.models.torch.apart import Copier
from archstat.models.torch.private import first_convolution
from archstat.models.torch.recording.contents import MOST_VALUES, copied
from archstat.models.torch.source import Source

CPU = torch.device("cpu")

Filling: TypeAlias = Callable[[Sequence[int], torch.dtype], Tensor]
"""What makes a tensor of a shape and a type."""


def sized(source: Source, question: Question) -> Source:
    """Return a model whose own inputs have as many tokens, or as large an image, as was asked.

    Raises:
        UsageError: It has no such input.
    """
    if question.tokens is None and question.image is None:
        return source
    own = source.stated or ((InputSpec(source.input),) if source.input else ())
    first = first_convolution(source.model)
    if not own and question.image is not None:
        own = (InputSpec((first.in_channels if first is not None else 3, *question.image)),)
    elif not own:
        own = (InputSpec((1,), "int64"),)
    found = [_resized(each, question) for each in own]
    for key, is_changed in (
        ("tokens", question.tokens is None or any(_is_text(each) for each in own)),
        ("image", question.image is None or any(_is_image(each) for each in own)),
    ):
        if not is_changed:
            raise UsageError(f"{source.name} takes no {WORDS[key]}").within(key)
    return replace(source, stated=tuple(found))


WORDS = {"tokens": "tokens", "image": "image"}
IMAGE_AXES = 2
SQUARE = (3, 4)  # axes of an image with its channels, and of a video


def _is_text(given: InputSpec) -> bool:
    return given.dtype in INDICES and len(given.shape) == 1


def _is_image(given: InputSpec) -> bool:
    return given.dtype not in INDICES and len(given.shape) in SQUARE


def _resized(given: InputSpec, question: Question) -> InputSpec:
    if question.tokens is not None and _is_text(given):
        return replace(given, shape=(question.tokens,))
    if question.image is not None and _is_image(given):
        return replace(given, shape=(*given.shape[:-IMAGE_AXES], *question.image))
    return given


def stated_inputs(source: Source, inputs: Sequence[InputSpec]) -> Sequence[InputSpec]:
    """Return the inputs that were stated, as the model takes them, or those that its authors use.

    Raises:
        UsageError: Nobody says what they are, or they do not fit.
    """
    if not inputs and source.stated:
        return source.stated
    if not inputs:
        if source.input is None:
            raise UsageError(
                f"{source.name} does not say what its input is", instead={"input": (3, 224, 224)}
            )
        return [InputSpec(source.input)] * source.images
    known = source.stated[0].shape if source.stated else source.input
    usual = known or _usual(source.model, inputs[0].shape)
    return [fitted(inputs[0], usual), *inputs[1:]] if usual else inputs


def _usual(model: nn.Module, shape: Shape) -> Shape | None:
    """Return a shape that a model takes as it begins with a convolution, if the other has a batch.

    What else may be wrong with a shape, the convolution itself tells better.
    """
    first_table = next((each for each in model.modules() if holds_parameters(each)), None)
    if isinstance(first_table, nn.Embedding) and len(shape) == 2 and shape[0] == 1:  # noqa: PLR2004  a batch of tokens
        return shape[1:]
    first = first_convolution(model)
    if first is None or len(shape) != len(first.kernel_size) + 2 or shape[0] != 1:
        return None
    return (first.in_channels, *shape[2:]) if shape[1] == first.in_channels else None


def holds_parameters(module: nn.Module) -> bool:
    """Return whether a module holds parameters itself."""
    return any(True for _ in module.parameters(recurse=False))


def example_inputs(
    source: Source,
    inputs: Sequence[InputSpec],
    batch_size: int,
    device: torch.device = CPU,
) -> tuple[list[Any], dict[str, Any]]:
    """Return zeros of the stated shapes and types, by place and by name; large ones are on meta."""

    def make(size: Sequence[int], dtype: torch.dtype, fill: Filling | None) -> Tensor:
        if fill is not None and device.type != "meta":
            return fill(size, dtype).to(device)
        is_large = prod(size) > MOST_VALUES  # which nobody looks at
        return torch.zeros(size, dtype=dtype, device="meta" if is_large else device)

    return _inputs(source, inputs, batch_size, make)


def _inputs(
    source: Source,
    inputs: Sequence[InputSpec],
    batch_size: int,
    make: Callable[[Sequence[int], torch.dtype, Filling | None], Tensor],
) -> tuple[list[Any], dict[str, Any]]:
    """Return tensors as `make` makes them, by place and by name.

    It is given a shape, a type, and what fills a tensor whose values are known.
    """

    def example(given: InputSpec) -> Any:
        if given.constant:
            return given.constant[0]
        if isinstance(given.parts, Mapping):
            return {key: example(part) for key, part in given.parts.items()}
        if given.parts is not None:
            made = [example(part) for part in given.parts]
            return tuple(made) if isinstance(given.parts, tuple) else made
        size = given.shape if given.is_whole else (batch_size, *given.shape)
        fill = partial(_holding, given.holds) if given.holds else None
        return make(size, getattr(torch, given.dtype), fill)

    args: list[Any] = [example(given) for given in inputs if given.name is None]
    if source.takes_list:
        args = [list(args[0])]
    return args, {given.name: example(given) for given in inputs if given.name is not None}


def _holding(rows: Sequence[Sequence[int]], size: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Return a tensor of these rows."""
    return torch.tensor(rows, dtype=dtype, device=CPU).reshape(size)


def _random(size: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Return numbers from a bell curve, or 0 and 1; always the same."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(size, generator=generator, dtype=torch.float32, device=CPU)
    is_whole = not (dtype.is_floating_point or dtype.is_complex)
    return (drawn > 0 if is_whole else drawn).to(dtype)


FILLED: Mapping[str, Filling] = {
    ZEROS: lambda size, dtype: torch.zeros(size, dtype=dtype, device=CPU),
    "ones": lambda size, dtype: torch.ones(size, dtype=dtype, device=CPU),
    "random": _random,
}


@dataclass(frozen=True)
class CallInputs:
    """What a model is given in a forward pass.

    Attributes:
        known: The tensors on meta among it, with how to make what they hold.
        words: What they hold, in words.
    """

    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    known: Sequence[tuple[Tensor, Callable[[], Tensor]]] = ()
    words: str = ZEROS


def filled_inputs(
    source: Source,
    inputs: Sequence[InputSpec],
    batch_size: int,
    device: torch.device,
    words: str,
) -> CallInputs:
    """Return inputs of the stated shapes on a device, filled as these words say.

    On meta, what they hold is made for whoever looks at it.
    """
    fill = FILLED[words]
    known = []

    def make(size: Sequence[int], dtype: torch.dtype, holding: Filling | None) -> Tensor:
        is_large = prod(size) > MOST_VALUES  # which nobody looks at
        filling = holding or fill
        if device.type != "meta" and not is_large:
            return filling(size, dtype).to(device)
        made = torch.zeros(size, dtype=dtype, device=device)
        if not is_large:
            known.append((made, partial(filling, size, dtype)))
        return made

    args, kwargs = _inputs(source, inputs, batch_size, make)
    return CallInputs(args, kwargs, known, words)


def given_on(
    device: torch.device,
    examples: Sequence[Any],
    named_examples: Mapping[str, Any],
    *,
    words: str = ZEROS,
) -> CallInputs:
    """Return copies of examples on a device, with whatever contains them."""
    known = []

    def moved(tensor: Tensor) -> Tensor:
        made = tensor.detach().to(device, copy=True)
        is_known = made.is_meta and not tensor.is_meta and tensor.layout is torch.strided
        if is_known and tensor.numel() <= MOST_VALUES:
            known.append((made, partial(copied, tensor)))
        return torch.zeros_like(made, device=device) if tensor.is_meta else made

    args, kwargs = Copier(moved).copy((tuple(examples), dict(named_examples)))
    return CallInputs(args, kwargs, known, words)
