"""The tensors among values, found without Python's help where a call is plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from archstat.graph import INPUT
from archstat.layers.base import Shape
from archstat.models.torch.private import tree_leaves

PLAIN = frozenset({bool, complex, float, int, str, type(None)})
TENSORS = frozenset({Tensor, nn.Parameter})


def tensors_in(values: Any) -> list[Tensor]:
    """Return the tensors in nested containers, in their order."""
    found: list[Tensor] = []
    todo = [values]  # the next one last
    while todo:
        value = todo.pop()
        kind = type(value)
        if kind is tuple or kind is list:
            todo += value[::-1]
        elif kind is dict:
            todo += [*value.values()][::-1]
        elif kind in TENSORS or (kind not in PLAIN and isinstance(value, Tensor)):
            found.append(value)
        elif kind not in PLAIN:
            found += [leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor)]
    return found


def input_names(args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
    """Return names for the tensors that a model is given; receptive fields are in the first."""
    numbers = range(1, len(tensors_in(tuple(args))) + 1)
    names = [f"{INPUT} {number}" for number in numbers]
    for key, value in kwargs.items():
        tensors = tensors_in(value)
        names += [key] if len(tensors) == 1 else [f"{key} {n + 1}" for n in range(len(tensors))]
    return [INPUT, *names[1:]]


def split(tensor: Tensor, macs: int) -> tuple[Shape, int]:
    """Return the shape behind the first axis, and that axis; all as one example if need be."""
    shape = tuple(tensor.shape)
    if not shape or (shape[0] and macs % shape[0]):
        return shape, 1
    return shape[1:], shape[0]


def tensors_returned(out: Any) -> list[Tensor]:
    """Return the tensors in what a model returns, also as attributes of objects of any class."""
    found: list[Tensor] = []
    seen: set[int] = set()

    def look(value: Any) -> None:
        for leaf in tree_leaves(value):
            if isinstance(leaf, Tensor):
                found.append(leaf)
            elif id(leaf) not in seen and not isinstance(leaf, (type, nn.Module)):
                seen.add(id(leaf))
                look(_attributes(leaf))

    look(out)
    return found


def _attributes(value: Any) -> list[Any]:
    """Return what an object holds, in a dictionary of its own or in slots."""
    slots = [name for kind in type(value).__mro__ for name in _names(vars(kind).get("__slots__"))]
    held = [getattr(value, name) for name in slots if hasattr(value, name)]
    return [*held, *getattr(value, "__dict__", {}).values()]


def _names(slots: Any) -> list[str]:
    return [slots] if isinstance(slots, str) else [*(slots or ())]
