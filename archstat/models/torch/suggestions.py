"""Inputs that a model takes, where nobody has stated any: guessed by its first layers, and tried.

What is suggested was run, so that a line that is told works when it is pasted.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any

from torch import nn

from archstat.layers.base import Shape
from archstat.models.inputs import InputSpec
from archstat.models.torch.examples import holds_parameters
from archstat.models.torch.private import first_convolution

TOKENS = re.compile(r"ids?|input_ids|tokens?|text|words?|src|tgt|source|target|seq|sequence|idx")
EDGES = re.compile(r"edge_index|edges?|edge_idx|adj_t")
STEPS = re.compile(r"t|steps?|timesteps?|time|labels?|y|class_labels|noise_level")
MASK = re.compile(r".*mask.*")

SIDES: Mapping[int, Sequence[int]] = {
    1: (16_000, 1_000, 128, 64, 16),
    2: (224, 32, 28, 64, 227, 96, 128, 256, 299, 48, 84, 112, 512, 8, 16, 20, 24, 36, 40, 160, 192),
    3: (32, 16, 64, 112),
}
"""Sizes of maps by their number of axes: those of data sets that people use."""

COUNT = 16  # tokens, or nodes and edges
MOST_TRIES = 40


def suggested(
    model: nn.Module, runs: Callable[[Sequence[InputSpec]], bool]
) -> Sequence[InputSpec] | None:
    """Return inputs with which a model runs; None if no guess does.

    Args:
        model: The model.
        runs: Whether it runs with some inputs.
    """
    names = needed(model)
    if not names:
        return None
    guesses = [list(_of_parameter(model, name, is_first=name == names[0])) for name in names]
    tries = islice(product(*reversed(guesses)), MOST_TRIES)
    for backwards in tries:
        found = backwards[::-1]
        if runs(found):
            return found
    return None


def needed(model: nn.Module) -> list[str]:
    """Return the names of what `forward` must be given."""
    parameters = _parameters(model)
    stated = [each.name for each in parameters if each.default is each.empty and each.kind < 2]  # noqa: PLR2004  by place
    named = _by_name_alone(model)
    return stated + named if stated or named else ["x"] * bool(parameters)


def _parameters(model: nn.Module) -> Sequence[inspect.Parameter]:
    try:
        return tuple(inspect.signature(model.forward).parameters.values())
    except (TypeError, ValueError):  # what is written in C says nothing
        return ()


def _by_name_alone(model: nn.Module) -> list[str]:
    """Return what `forward` must be given by name: behind a star, or read of what it is given."""
    found = []
    for each in _parameters(model):
        if each.kind is each.KEYWORD_ONLY and each.default is each.empty:
            found.append(each.name)
        elif each.kind is each.VAR_KEYWORD:
            found += _keys_read(model, each.name)
    return found


def _keys_read(model: nn.Module, name: str) -> list[str]:
    """Return the keys by which `forward` reads a dictionary, as its source has them."""
    try:
        source = inspect.getsource(type(model).forward)
    except (OSError, TypeError):  # it was not read from a file
        return []
    return list(dict.fromkeys(re.findall(rf"\b{name}\[\s*['\"](\w+)['\"]\s*\]", source)))


def written(inputs: Sequence[InputSpec], names: Sequence[str]) -> tuple[str, ...] | Shape:
    """Return inputs as they are written: the only one as a shape, several by name."""
    only = inputs[0] if len(inputs) == 1 and inputs[0].name is None else None
    if only and only.dtype == "float32" and not only.is_whole and only.parts is None:
        return only.shape
    is_bare = only is not None and only.parts is None
    return tuple(
        _written(given, "" if is_bare else given.name or name)
        for given, name in zip(inputs, names, strict=True)
    )


def _written(given: InputSpec, name: str) -> str:
    sizes = "x".join(map(str, given.shape))
    if isinstance(given.parts, Mapping):
        parts = (f"{key}: {_written(part, '')}" for key, part in given.parts.items())
        value = "{" + ", ".join(parts) + "}"
    elif given.is_whole:
        value = f"edges:{given.shape[1]}" if given.dtype == "int64" else f"whole:{sizes}"
    else:
        value = sizes if given.dtype == "float32" else f"{given.dtype}:{sizes}"
    if given.dtype == "float32" and not value:
        value = "float32:"
    return f"{name}={value}" if name else value


def _of_parameter(model: nn.Module, name: str, *, is_first: bool) -> Iterator[InputSpec]:
    """Yield what a parameter of `forward` may be: a dictionary where it is read as one."""
    if name in _by_name_alone(model):
        yield from (replace(found, name=name) for found in _guesses(model, name, is_first=is_first))
    elif keys := _keys_read(model, name):
        guesses = [[*_guesses(model, key, is_first=key == keys[0])] for key in keys]
        for parts in islice(product(*guesses), MOST_TRIES):
            yield InputSpec((), parts=dict(zip(keys, parts, strict=True)))
    else:
        yield from _guesses(model, name, is_first=is_first)


def _guesses(model: nn.Module, name: str, *, is_first: bool) -> Iterator[InputSpec]:
    """Yield what a parameter of `forward` may be, likely ones first."""
    if EDGES.fullmatch(name):
        yield InputSpec((2, COUNT), "int64", is_whole=True)
    elif MASK.fullmatch(name):
        yield from (InputSpec((COUNT,), dtype) for dtype in ("float32", "int64", "bool"))
    elif STEPS.fullmatch(name) and not is_first:
        yield from (InputSpec((), dtype) for dtype in ("int64", "float32"))
    elif TOKENS.fullmatch(name) and _first(model, nn.Embedding) is not None:
        yield InputSpec((COUNT,), "int64")
    yield from _by_layers(model)
    if not is_first:
        yield from (InputSpec((), "int64"), InputSpec((COUNT,), "int64"))


def _by_layers(model: nn.Module) -> Iterator[InputSpec]:
    """Yield what the first layers that hold parameters may be given."""
    first = next((each for each in model.modules() if holds_parameters(each)), None)
    if isinstance(first, nn.Embedding):
        yield InputSpec((COUNT,), "int64")
    for shape in _shapes(first):
        yield InputSpec(shape)
    convolution = first_convolution(model)
    if convolution is not None:
        yield from map(InputSpec, _maps(convolution))
    linear = _first(model, nn.Linear)
    if linear is not None and linear is not first:
        yield from map(InputSpec, _shapes(linear))


def _maps(convolution: Any) -> Iterator[Shape]:
    axes = len(convolution.kernel_size)
    for side in SIDES[axes]:
        yield (convolution.in_channels, *(side for _ in range(axes)))


def _shapes(layer: nn.Module | None) -> Iterator[Shape]:
    """Yield shapes that a layer takes."""
    if isinstance(layer, nn.Linear):
        yield (layer.in_features,)
        yield (COUNT, layer.in_features)
        for channels in (3, 1):  # an image that is made a row first
            side = round((layer.in_features / channels) ** 0.5)
            if channels * side * side == layer.in_features:
                yield (channels, side, side)
    elif isinstance(layer, nn.RNNBase):
        yield (COUNT, layer.input_size)
    elif isinstance(layer, nn.MultiheadAttention):
        yield (COUNT, layer.embed_dim)
    elif isinstance(layer, nn.LayerNorm):
        sizes = tuple(layer.normalized_shape)
        yield (COUNT, *sizes)
        yield sizes
    elif isinstance(layer, nn.BatchNorm2d):
        yield (layer.num_features, 32, 32)
    elif isinstance(layer, nn.BatchNorm1d):
        yield (layer.num_features,)
        yield (layer.num_features, COUNT)


def _first(model: nn.Module, kind: type[nn.Module]) -> Any:
    return next((each for each in model.modules() if isinstance(each, kind)), None)
