"""A printed network as a graph: parameters always, shapes as far as its modules are a chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from archstat.graph import INPUT, Graph, Node
from archstat.layers import Layer
from archstat.layers.base import Shape
from archstat.layers.opaque import SHAPE_NOT_KNOWN, Unplaced
from archstat.layers.reshape import Flatten
from archstat.models.printed.chain import ChainLink, Leaf, chain_of
from archstat.models.printed.held import held_by
from archstat.models.printed.text import Printed

TOLD_BY = "by its printed form"


def graph_of_printed(network: Printed, name: str, shape: Shape) -> Graph:
    """Return the graph of a printed network; without an input, no shape is known."""
    leaves = list(_leaves(network))
    whole = [leaf for leaf in leaves if not leaf.module.children]
    chain = chain_of(whole, shape) if shape else None
    placed = {} if chain is None else {each.leaf.path: each for each in chain.placed}
    nodes: list[Node] = []
    last = INPUT
    for leaf in leaves:
        if found := placed.get(leaf.path):
            for node in _placed(found, last):
                nodes.append(node)
                last = node.name
        else:
            nodes.append(_unplaced(leaf))
    notes = [*_notes(network, leaves)]
    if chain is not None and chain.is_taken:
        notes.append(
            "modules are taken for a chain in the order in which they are printed: what forward "
            "does between them is not printed, only confirmed by the inputs of linear layers"
        )
    count = sum(isinstance(node.layer, Unplaced) for node in nodes)
    if shape and count:
        notes.append(f"the shapes of {count} of {len(nodes)} layers are not told by a print")
    modules = {path: module.kind for path, module in network.walk()}
    told_by = TOLD_BY if placed else "parameters alone, as its printed form tells them"
    return Graph(name, shape, tuple(nodes), notes=tuple(notes), modules=modules, told_by=told_by)


def _leaves(module: Printed, path: str = "", above: tuple[Printed, ...] = ()) -> Iterator[Leaf]:
    """Yield the modules that hold no others, and those that hold parameters beside others."""
    held = held_by(module)
    if not module.children or held.params or not held.is_told:
        yield Leaf(path or module.kind, module, held, above)
    for child in module.children:
        inner = f"{path}.{child.name}" if path else child.name
        yield from _leaves(child, inner, (*above, module))


def _placed(found: ChainLink, before: str) -> Iterator[Node]:
    path = found.leaf.path
    if found.flattened:
        flat: Layer = Flatten()
        map_shape = found.map_shape
        yield Node(f"{path} (flattened)", flat, (before,), map_shape, found.in_shape)
        before = f"{path} (flattened)"
    yield Node(path, found.layer, (before,), found.in_shape, found.out_shape)


def _unplaced(leaf: Leaf) -> Node:
    layer = leaf.held.layer
    counts = layer is None or type(layer).macs is not Layer.macs
    return Node(
        leaf.path,
        Unplaced(
            kind=layer.kind if layer is not None else leaf.module.kind,
            layer=layer,
            is_untold=not leaf.held.is_told,
            uncounted=(SHAPE_NOT_KNOWN,) if counts else (),
        ),
        (),
        (),
        (),
        examples=0,
        params=leaf.held.params,
    )


def _notes(network: Printed, leaves: Sequence[Leaf]) -> Iterator[str]:
    """Yield what a print does not tell."""
    untold = Counter(leaf.module.kind for leaf in leaves if not leaf.held.is_told)
    if untold:
        names = ", ".join(f"{name} ({count})" for name, count in untold.items())
        yield f"parameters are at least those shown: what these hold is not printed: {names}"
    tables = {
        leaf.held.params["weight"]
        for leaf in leaves
        if "Embedding" in leaf.module.kind and "weight" in leaf.held.params
    }
    for leaf in leaves:
        if "Embedding" not in leaf.module.kind and leaf.held.params.get("weight") in tables:
            yield (
                f"{leaf.path} may share its weight with an embedding of the same shape, which a "
                "print does not tell; it counts here"
            )
    own = {module.kind for _, module in network.walk() if module.children} - {
        "Sequential", "ModuleList", "ModuleDict",
    }  # fmt: skip
    if own:
        yield "a print names no tensor that a module holds beside others, such as a class token"
