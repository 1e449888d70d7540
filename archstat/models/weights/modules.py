"""Stored tensors as rows: a module each, with its parameters; what it is given nobody says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import prod

from archstat.graph import Graph, Node
from archstat.layers.base import Shape, is_bias
from archstat.layers.opaque import Unplaced
from archstat.models.tensors import HeldTensor, Tensors, is_parameter
from archstat.models.weights.checkpoint import Checkpoint

ALONE = "parameters alone, as they are stored"


def graph_of_tensors(found: Checkpoint, name: str) -> Graph:
    """Return the modules that hold tensors, in the order in which they are stored."""
    parameters = {
        tensor: each
        for tensor, each in found.tensors.items()
        if each.same_as is None and is_parameter(tensor, each)
    }
    if found.classes:  # a whole model, which tells its parameters from its buffers
        parameters = {
            tensor: each for tensor, each in parameters.items() if each.learns is not None
        }
    nodes = tuple(
        _node(path, tensors, found.classes.get(path, ""))
        for path, tensors in _by_module(parameters).items()
    )
    notes = (*found.notes, *_notes(found.tensors, parameters))
    return Graph(name, (), nodes, notes=notes, modules=found.classes, told_by=ALONE)


def _by_module(tensors: Tensors) -> dict[str, dict[str, HeldTensor]]:
    """Return the tensors of each module; one beside modules stands under its own name."""
    paths = {name.rpartition(".")[0] for name in tensors}
    holding = {path[:end] for path in paths for end in range(len(path)) if path[end] == "."} | {""}
    found: dict[str, dict[str, HeldTensor]] = {}
    for name, tensor in tensors.items():
        path, _, last = name.rpartition(".")
        place, own = (name, last) if path in holding else (path, last)
        found.setdefault(place, {})[own] = tensor
    return found


def _node(path: str, tensors: Mapping[str, HeldTensor], class_name: str) -> Node:
    shapes: dict[str, Shape] = {name: tensors[name].shape for name in sorted(tensors, key=is_bias)}
    return Node(
        path,
        Unplaced(kind=class_name or "module", is_nameless=not class_name),
        (),
        (),
        (),
        examples=0,
        params=shapes,
        frozen=frozenset(name for name, tensor in tensors.items() if tensor.learns is False),
        param_sizes={name: tensor.number_bytes for name, tensor in tensors.items()},
    )


def _notes(tensors: Tensors, parameters: Tensors) -> Iterator[str]:
    """Yield what the table does not say: types, and what is no parameter."""
    types = Counter(tensor.dtype for tensor in parameters.values())
    yield "the parameters are " + ", ".join(
        f"{dtype}" if len(types) == 1 else f"{dtype} in {count} tensor{'s' * (count > 1)}"
        for dtype, count in types.most_common()
    )
    shared = {name: each.same_as for name, each in tensors.items() if each.same_as is not None}
    for name, other in list(shared.items())[:1]:
        more = "" if len(shared) == 1 else f", and {len(shared) - 1} more are so"
        yield f"{name} is the same memory as {other}, and counts once{more}"
    others = [
        each for name, each in tensors.items() if name not in parameters and name not in shared
    ]
    if others:
        numbers = sum(prod(each.shape) for each in others)
        what = "1 tensor is" if len(others) == 1 else f"{len(others)} tensors are"
        yield (
            f"{what} no parameter, and left out: running statistics, counts, masks, "
            f"{numbers:,} number{'' if numbers == 1 else 's'}"
        )
