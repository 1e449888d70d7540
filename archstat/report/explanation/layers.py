"""How the sizes and the counts of a layer come about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

from archstat.analyses.receptive_field import ReceptiveField, receptive_fields
from archstat.analyses.symbols import Atom, Constant, Expression, Symbol
from archstat.analyses.training import Flow, flow_of_gradients, kept_bytes
from archstat.errors import UsageError, did_you_mean, listed, shown
from archstat.graph import Graph, Node, Training
from archstat.layers.base import Layer, Shape, is_bias, times
from archstat.layers.opaque import Unplaced
from archstat.report.explanation.fields import field_lines
from archstat.report.explanation.letters import Letters, symbolic
from archstat.report.explanation.line import (
    OF_TRAINING,
    QUANTITIES,
    Explained,
    Explanation,
    worked_out,
)

WINDOWS = "Dumoulin & Visin (2016), arXiv:1603.07285"
DERIVATIVES = "torch, tools/autograd/derivatives.yaml"
NEURONS = "Krizhevsky, Sutskever & Hinton (2012), section 3.5"


def explain(
    graph: Graph, *, layer: str | None = None, columns: Sequence[str] = ()
) -> list[Explained]:
    """Return how the numbers of a network come about, layer by layer.

    Args:
        graph: The network.
        layer: The only layer that is asked for, or a module: then all layers of it.
        columns: The only quantities that are asked for.

    Raises:
        UsageError: There is no such layer, or quantity.
    """
    nodes = (
        [node for node in graph.nodes if not node.is_view] if layer is None else _of(graph, layer)
    )
    known = (*QUANTITIES, *OF_TRAINING)
    for key in columns:
        if key not in known:
            raise UsageError(
                f"there is nothing to explain of {shown(key)}",
                hint=did_you_mean(key, known) or f"there are {', '.join(known)}",
            ).within("column")
    fields = receptive_fields(graph).by_name
    letters = Letters(graph)
    by_name = {node.name: node for node in graph.nodes}
    flows = flow_of_gradients(graph) if set(columns) & set(OF_TRAINING) else {}
    return [
        Explained(
            node,
            tuple(
                line
                for line in (
                    *_lines(node, by_name, fields, letters),
                    *_gradients(node, by_name, flows.get(node.name), letters),
                )
                if not columns or line.quantity in columns
            ),
        )
        for node in nodes
    ]


def _of(graph: Graph, name: str) -> list[Node]:
    """Return the layer of a name, or the layers of a module.

    Raises:
        UsageError: There is none.
    """
    of_name = [node for node in graph.nodes if node.name == name]
    of_module = [node for node in graph.nodes if node.name.startswith(f"{name}.")]
    if found := of_name or [node for node in of_module if not node.is_view] or of_module:
        return found
    names = [node.name for node in graph.nodes]
    raise UsageError(
        f"{graph.name} has no layer {shown(name)}",
        hint=did_you_mean(name, [*names, *graph.modules]) or f"it has {listed(names)}",
    )


def _lines(
    node: Node,
    nodes: Mapping[str, Node],
    fields: Mapping[str, ReceptiveField | None],
    letters: Letters,
) -> Iterator[Explanation]:
    if node.layer.has_formulas:
        yield from _sizes(node, nodes, letters)
        yield from _params(node, letters)
        yield from _units(node, letters)
    else:
        yield from _observed(node, letters)
    if node.out_shape and not node.is_view:
        count = _times(node) * prod(letters.returned(node)) * node.value_bytes
        yield worked_out("activation_bytes", count)
    yield from field_lines(node, nodes, fields)


def _times(node: Node) -> int:
    """Return how often a layer does its work in one example: for each head, for each token."""
    return 1 if node.examples in {None, 1} else Symbol.named("m", node.examples or 1)


def _observed(node: Node, letters: Letters) -> Iterator[Explanation]:
    """Yield what a forward pass showed of a layer that has no formulas."""
    words = "observed in the forward pass"
    axes = letters.axes(node) if node.out_shape else ()
    for axis, size in zip(axes, node.out_shape, strict=True):
        yield Explanation("feature_map", size, axis, words=words)
    for quantity in ("weights", "biases"):
        if count := getattr(node, quantity):
            told = _held(node, quantity) if isinstance(node.layer, Unplaced) else words
            yield Explanation(quantity, count, words=told)
    if node.neurons:
        yield _observed_count("neurons", node.neurons, _times(node))
    if terms := node.layer.terms:
        values = prod(letters.returned(node))
        yield worked_out("macs", _times(node) * values * Symbol.named("K", terms))
    elif node.macs:
        yield _observed_count("macs", node.macs, _times(node))


def _held(node: Node, quantity: str) -> str:
    """Return the tensors that a module of unknown input holds, in words."""
    return " and ".join(
        f"{name} {times(shape) or 1}"
        for name, shape in node.param_shapes.items()
        if is_bias(name) is (quantity == "biases")
    )


def _observed_count(quantity: str, count: int, times: int) -> Explanation:
    """Return what was observed, as it is or so many times."""
    if isinstance(times, Symbol):
        return worked_out(quantity, times * count, source="observed in the forward pass")
    return Explanation(quantity, count, words="observed in the forward pass")


def _sizes(node: Node, nodes: Mapping[str, Node], letters: Letters) -> Iterator[Explanation]:
    """Yield how the sizes of the output follow from those of the input."""
    layer = symbolic(node.layer)
    in_shape = _combined(node, layer, nodes, letters)
    out_shape = layer.out_shape(in_shape)
    source = WINDOWS if hasattr(layer, "kernel_size") else ""
    seen = set()
    for axis, size in zip(letters.axes(node), out_shape, strict=True):
        formula = size.expression if isinstance(size, Symbol) else Constant(int(size))
        if len(node.out_shape) > 1 and axis not in {"channels", "features"} and formula in seen:
            continue  # columns as rows
        seen.add(formula)
        if isinstance(formula, (Atom, Constant)):
            words = _given(formula, in_shape)
            yield Explanation("feature_map", int(size), axis, words=words)
        else:
            yield worked_out("feature_map", size, axis, source=source)


def _given(formula: Expression, in_shape: Sequence[int]) -> str:
    """Return where a size comes from that is not worked out."""
    of_input = [size.expression for size in in_shape if isinstance(size, Symbol)]
    return "as in the input" if formula in of_input else "as stated"


def _combined(node: Node, layer: Layer, nodes: Mapping[str, Node], letters: Letters) -> Shape:
    """Return the symbols of what a layer works on; for a join, of all of its inputs."""
    if len(node.inputs) == 1 or any(name not in nodes for name in node.inputs):
        return letters.given(node)
    shapes = [nodes[name].out_shape for name in node.inputs]
    numbered = [
        (Symbol.named(f"C_{number}", shape[0]), *letters.given(node, shape)[1:])
        for number, shape in enumerate(shapes, 1)
    ]
    return layer.combine(numbered)


def _params(node: Node, letters: Letters) -> Iterator[Explanation]:
    layer = symbolic(node.layer)
    shapes = layer.param_shapes(letters.given(node))
    if node.params is not None and set(node.params) != set(shapes):
        return  # shared with a layer before, which has them
    source = f"torch.nn.{node.layer.torch_name}" if hasattr(node.layer, "torch_name") else ""
    counts = {
        "weights": [prod(shape) for name, shape in shapes.items() if not is_bias(name)],
        "biases": [prod(shape) for name, shape in shapes.items() if is_bias(name)],
    }
    counts["params"] = [*counts["weights"], *counts["biases"]]
    for quantity, numbers in counts.items():
        if numbers:
            yield worked_out(quantity, sum(numbers), source=source)


def _units(node: Node, letters: Letters) -> Iterator[Explanation]:
    """Yield neurons and multiply–accumulates, from the sizes of the output."""
    layer = symbolic(node.layer).returning(letters.returned(node))  # which has its own lines
    in_shape, times = letters.given(node), _times(node)
    if node.neurons:
        yield worked_out("neurons", times * layer.neurons(in_shape), source=NEURONS)
    if node.macs:
        yield worked_out("macs", times * layer.macs(in_shape))


def _gradients(
    node: Node, nodes: Mapping[str, Node], flow: Flow | None, letters: Letters
) -> Iterator[Explanation]:
    """Yield what gradients cost, and what is kept for them."""
    if flow is None:
        return
    if node.training is not None:
        yield from _gradients_seen(node, node.training, letters)
        return
    if not flow.is_trained:
        return
    out_shape, in_shape = letters.returned(node), letters.given(node)
    layer = symbolic(node.layer).returning(out_shape)
    if node.macs:
        if any(flow.learns):
            yield worked_out("input_gradient_macs", layer.input_gradient_macs(in_shape))
        yield worked_out("weight_gradient_macs", layer.weight_gradient_macs(in_shape))
    shapes = [nodes[name].out_shape if name in nodes else node.in_shape for name in node.inputs]
    several = len(shapes) > 1
    kept = kept_bytes(
        layer,
        in_shape,
        out_shape,
        flow,
        in_shapes=[
            letters.given(node, shape, f"{number}" if several else "in")
            for number, shape in enumerate(shapes, 1)
        ],
        batch_size=1,
    )
    if kept:
        yield worked_out("kept_bytes", kept, source=DERIVATIVES)


def _gradients_seen(node: Node, cost: Training, letters: Letters) -> Iterator[Explanation]:
    """Yield what a forward pass in training mode showed, by formula where one says the same."""
    layer = symbolic(node.layer).returning(letters.returned(node))
    in_shape = letters.given(node)
    for quantity in OF_TRAINING:
        count = getattr(cost, quantity)
        by_formula = getattr(layer, quantity, lambda _: None)(in_shape)
        if count and count == by_formula and isinstance(by_formula, Symbol):
            yield worked_out(quantity, by_formula)
        elif count:
            yield Explanation(quantity, count, words="observed in training mode")
