"""What is odd about a model although it runs: what its author should know, and torch does not tell.

Modules and tensors in a plain list are hidden: torch looks for them in attributes and in containers
of its own only, so that no optimizer trains them, and `.to(device)` leaves them behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from torch import Tensor, nn

from archstat.graph import Graph
from archstat.models.question import ZEROS
from archstat.models.torch.apart import ATOMS, TORCHS
from archstat.models.torch.keras import keras_name
from archstat.models.torch.operators.products import COMPLEX
from archstat.models.torch.operators.transforms import CONVENTION
from archstat.models.torch.private import (
    every_module,
    held_parameters,
    held_tensors,
    keystr,
    tree_flatten_with_path,
    tree_leaves,
)
from archstat.models.torch.recording.values import Values


def remarks(
    model: nn.Module, graph: Graph, out: Any, batch_size: int, *, is_complex: bool
) -> Iterator[str]:
    """Yield a sentence for each oddity of a model, of its graph and of what it returns."""
    yield from _hidden_parameters(every_module(model))
    if any(node.layer.kind.startswith("_fft_") for node in graph.nodes):
        yield f"Fourier transforms count by a convention: {CONVENTION}"
    if is_complex:
        yield COMPLEX
    outputs = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
    if out is None:
        yield "forward returns None: is its return missing?"
    elif not outputs:
        yield f"forward returns {type(out).__name__}, and no tensor"
    elif outputs[0].dim() and outputs[0].shape[0] != batch_size:
        yield from _mixed_batch(graph, batch_size)


def values_read(model: nn.Module, values: Values, words: str) -> Iterator[str]:
    """Yield a sentence on the values that a forward pass has read, and on what was elsewhere."""
    yield from values_asked(values, words)
    if values.unknown_branches:
        yield "of torch.cond, the branch that costs more is counted: which runs, parameters decide"
    constants = [each for each in values.strangers if not each.requires_grad]  # others are told
    for tensor in () if values.is_moving else constants[:1]:
        yield stranger(model, [tensor])


def values_asked(values: Values, words: str) -> Iterator[str]:
    """Yield a sentence on the values that a forward pass has asked for, and what they were."""
    others = " (others: --values, or values=… in Python)" if words == ZEROS else ""
    what = {
        False: f"values that forward reads are {words}{others}",
        True: "choices that parameters decide, such as routes to experts, were made in turn",
    }
    for is_assumed, line in values.asked.items():
        yield what[is_assumed] + (f", asked for in {line}" if line else "")


def stranger(model: nn.Module, operands: Sequence[Tensor]) -> str:
    """Return which tensor is on another device than a model, and what would take it along."""
    for path, tensor in hidden_tensors(model):
        if any(operand is tensor for operand in operands):
            instead = "nn.ModuleList" if isinstance(tensor, nn.Parameter) else "register_buffer"
            return f"{path!r} is not registered and stays where it is: use {instead}"
    return "forward makes a tensor that is not where x is: torch.zeros(…, device=x.device) would be"


def modules_by_path(model: nn.Module) -> dict[str, nn.Module]:
    """Return the modules of a model by path, those that it does not know before all others."""
    own = every_module(model)
    return {**dict(hidden_modules(own)), **own}


def hidden_modules(modules: Mapping[str, nn.Module]) -> Iterator[tuple[str, nn.Module]]:
    """Yield the modules that a model of these ones does not know, by path."""
    known = {*map(id, modules.values())}
    while modules:
        found: dict[str, nn.Module] = {}
        for path, _, leaves in _plain_attributes(modules):
            for place, leaf in leaves:
                if isinstance(leaf, nn.Module) and id(leaf) not in known:
                    found |= every_module(leaf, _path_in(path, place, leaf))
                    known |= {*map(id, found.values())}
        yield from found.items()
        modules = found


def _path_in(attribute: str, place: str, module: nn.Module) -> str:
    """Return the path of a module in a plain attribute: the place in it, or its name in Keras."""
    name, (owner, _, _) = keras_name(module), attribute.rpartition(".")
    return attribute + place if name is None else f"{owner}.{name}".lstrip(".")


def hidden_tensors(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors that a model does not know, by path."""
    modules = every_module(model)
    known = {*map(id, held_tensors(modules.values()))}
    for path, _, leaves in _plain_attributes(modules):
        for place, leaf in leaves:
            for name, tensor in _tensors_in(leaf):
                if id(tensor) not in known:
                    yield path + place + name, tensor


def _hidden_parameters(modules: Mapping[str, nn.Module]) -> Iterator[str]:
    known = {*map(id, held_tensors(modules.values()))}
    modules = {path: each for path, each in modules.items() if keras_name(each) is None}
    for path, value, leaves in _plain_attributes(modules):
        tensors = {id(tensor): tensor for _, leaf in leaves for _, tensor in _tensors_in(leaf)}
        learned = [t for t in tensors.values() if t.requires_grad and id(t) not in known]
        if not learned:
            continue
        has_layers = any(isinstance(leaf, nn.Module) for _, leaf in leaves)
        what, instead = ("layers", "Module") if has_layers else ("tensors", "Parameter")
        ending = "Dict" if isinstance(value, dict) else "List"
        if isinstance(value, Tensor):
            where, advice = f"the plain tensor {path!r} holds", "nn.Parameter"
        else:
            kind = type(value).__name__
            where = f"{what} in the plain {kind} {path!r} hold"
            advice = f"nn.{instead}{ending}"
        count = sum(tensor.numel() for tensor in learned)
        yield f"{where} {count:,} parameters that the model does not know: use {advice}"


def _mixed_batch(graph: Graph, batch_size: int) -> Iterator[str]:
    """Yield a sentence for a view that puts values of several examples, or of parts, together."""
    for node in graph.nodes:
        examples, sizes = node.examples, node.in_shape
        if node.layer.kind not in {"view", "_unsafe_view"} or len(sizes) < 2:  # noqa: PLR2004  no map
            continue
        wholes = [prod(sizes[axis:]) for axis in range(len(sizes))]
        example = "1 example" if batch_size == 1 else f"{batch_size} examples"
        if not node.out_shape and examples == batch_size * wholes[0]:
            did = f"{node.name} made one vector of {example}"
        elif len(node.out_shape) == 1 and node.out_shape[0] not in wholes:
            did = f"{node.name}(-1, {node.out_shape[0]}) turned {example} into {examples}"
        else:
            continue
        yield f"{did}: torch.flatten(x, 1) keeps examples apart"


def _plain_attributes(
    modules: Mapping[str, nn.Module],
) -> Iterator[tuple[str, Any, Sequence[tuple[str, nn.Module | Tensor]]]]:
    """Yield the attributes of which torch takes no notice, with the modules and tensors in each."""
    for path, module in modules.items():
        if type(module).__module__.startswith("torch."):
            continue
        for name, value in vars(module).items():
            if name in TORCHS or type(value) in ATOMS:
                continue
            if isinstance(value, nn.Module):  # a module is kept so on purpose
                continue
            leaves = [
                (keystr(keys), leaf)
                for keys, leaf in tree_flatten_with_path(value)[0]
                if isinstance(leaf, (nn.Module, Tensor))
            ]
            if leaves:
                yield f"{path}.{name}".lstrip("."), value, leaves


def _tensors_in(leaf: nn.Module | Tensor) -> list[tuple[str, Tensor]]:
    if isinstance(leaf, Tensor):
        return [("", leaf)]
    return [(f".{name}", tensor) for name, tensor in held_parameters(every_module(leaf)).items()]
