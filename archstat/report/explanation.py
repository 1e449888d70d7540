"""Why a number is what it is: its formula, the same with the layer's own values, and its source.

Formulas are not written here. The layer's own methods run on numbers that remember how they were
worked out, so that what is explained is what was computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from math import prod

from archstat.analyses.memory import BYTES_PER_NUMBER
from archstat.analyses.receptive_field.walk import ReceptiveField, receptive_fields
from archstat.analyses.symbols import Atom, Constant, Expression, Symbol
from archstat.analyses.training import Flow, flow_of_gradients, kept_bytes
from archstat.errors import UsageError, did_you_mean, shown
from archstat.graph import INPUT, Graph, Node, Training
from archstat.layers.base import Layer, Shape, is_bias
from archstat.layers.opaque import Observed
from archstat.layers.reach import Mixing
from archstat.layers.window import Sliding
from archstat.record import record

QUANTITIES = (
    "feature_map",
    "weights",
    "biases",
    "params",
    "neurons",
    "macs",
    "activation_bytes",
    "receptive_field",
    "effective_stride",
    "effective_padding",
)
"""What is explained, by the keys of the columns."""

OF_TRAINING = ("input_gradient_macs", "weight_gradient_macs", "kept_bytes")
"""What is explained where it is asked for."""

MEANINGS: Mapping[str, str] = {
    "feature_map": "The sizes of what the layer returns for one example.",
    "weights": "Learnable numbers that are multiplied with what the layer reads.",
    "biases": "Learnable numbers that are added, one for each filter or unit.",
    "params": "All learnable numbers: what an optimizer changes and a file of weights holds.",
    "neurons": "Units with connections of their own; a convolution has one at every place of every "
    "channel that it makes, although they share weights.",
    "macs": "Multiplications, each with the addition that collects its product: the work of one "
    "forward pass.",
    "input_gradient_macs": "The products that pass the gradient on to the layer before; none "
    "where nothing before it learns.",
    "weight_gradient_macs": "The products that say how the weights must change.",
    "kept_bytes": "Memory for what the backward pass needs and no layer before has kept.",
    "activation_bytes": "Memory for what the layer returns, four bytes a number.",
    "receptive_field": "Pixels of the input, along one side, that one unit of the layer can see.",
    "effective_stride": "How many pixels of the input lie between two neighbouring units.",
    "effective_padding": "How many pixels the first unit sees before the image begins.",
}
"""What each quantity means, in a sentence for students."""

WINDOWS = "Dumoulin & Visin (2016), arXiv:1603.07285"
FIELDS = "Araujo, Norris & Sim (2019), doi:10.23915/distill.00021"
DERIVATIVES = "torch, tools/autograd/derivatives.yaml"
NEURONS = "Krizhevsky, Sutskever & Hinton (2012), section 3.5"

_LETTERS: Mapping[str, str] = {
    "kernel_size": "k",
    "stride": "s",
    "padding": "p",
    "dilation": "d",
    "output_padding": "o",
    "groups": "g",
    "out_channels": "C_out",
    "in_channels": "C_in",
    "out_features": "F_out",
    "in_features": "F_in",
    "num_features": "C",
    "output_size": "n_out",
}
"""The letters of the settings, as the field writes them."""

_NEUTRAL = {"dilation": 1, "groups": 1, "output_padding": 0}
"""Settings that a formula leaves out where they change nothing."""

_AXES = {1: ("",), 2: ("h", "w"), 3: ("d", "h", "w")}


@record
class Explanation:
    """How one number of one layer comes about.

    Attributes:
        quantity: Its key among the columns.
        axis: "rows", "columns" and the like where it is one of several; else "".
        formula: How it was worked out; None where it is not, but was observed or stated.
        result: What it comes to.
        source: Who says so.
        words: What is to be said instead of a formula, or beside it.
    """

    quantity: str
    result: int
    axis: str = ""
    formula: Expression | None = None
    source: str = ""
    words: str = ""


@record
class Explained:
    """A layer, and how its numbers come about."""

    node: Node
    lines: tuple[Explanation, ...]


def explain(
    graph: Graph, *, layer: str | None = None, columns: Sequence[str] = ()
) -> list[Explained]:
    """Return how the numbers of a network come about, layer by layer.

    Args:
        graph: The network.
        layer: The only layer that is asked for.
        columns: The only quantities that are asked for.

    Raises:
        UsageError: There is no such layer, or quantity.
    """
    names = [node.name for node in graph.nodes]
    if layer is not None and layer not in names:
        raise UsageError(
            f"{graph.name} has no layer {shown(layer)}",
            hint=did_you_mean(layer, names) or f"it has {', '.join(names)}",
        )
    known = (*QUANTITIES, *OF_TRAINING)
    for key in columns:
        if key not in known:
            raise UsageError(
                f"--column: there is nothing to explain of {shown(key)}",
                hint=did_you_mean(key, known) or f"there are {', '.join(known)}",
            )
    fields = receptive_fields(graph).by_name
    by_name = {node.name: node for node in graph.nodes}
    flows = flow_of_gradients(graph) if set(columns) & set(OF_TRAINING) else {}
    return [
        Explained(
            node,
            tuple(
                line
                for line in (
                    *_lines(node, by_name, fields),
                    *_gradients(node, by_name, flows.get(node.name)),
                )
                if not columns or line.quantity in columns
            ),
        )
        for node in graph.nodes
        if layer in {None, node.name}
    ]


def _lines(
    node: Node, nodes: Mapping[str, Node], fields: Mapping[str, ReceptiveField | None]
) -> Iterator[Explanation]:
    if isinstance(node.layer, Observed):
        yield from _observed(node)
    else:
        yield from _sizes(node, nodes)
        yield from _params(node)
        yield from _units(node)
    if node.out_shape:
        count = prod(_atoms(node.out_shape, "out")) * BYTES_PER_NUMBER
        yield _worked_out("activation_bytes", count)
    yield from _field(node, nodes, fields)


def _observed(node: Node) -> Iterator[Explanation]:
    """Yield what a forward pass showed of a layer that has no formulas."""
    words = "observed in the forward pass"
    for axis, size in zip(_axis_names(node.out_shape), node.out_shape, strict=True):
        yield Explanation("feature_map", size, axis, words=words)
    for quantity in ("weights", "biases", "neurons", "macs"):
        if count := getattr(node, quantity):
            yield Explanation(quantity, count, words=words)


def _sizes(node: Node, nodes: Mapping[str, Node]) -> Iterator[Explanation]:
    """Yield how the sizes of the output follow from those of the input."""
    layer = _symbolic(node.layer)
    in_shape = _combined(node, layer, nodes)
    out_shape = layer.out_shape(in_shape)
    source = WINDOWS if hasattr(layer, "kernel_size") else ""
    seen = set()
    for axis, size in zip(_axis_names(node.out_shape), out_shape, strict=True):
        formula = size.expression if isinstance(size, Symbol) else Constant(int(size))
        if len(node.out_shape) > 1 and axis != "channels" and formula in seen:
            continue  # columns as rows
        seen.add(formula)
        if isinstance(formula, (Atom, Constant)):
            words = _given(formula, in_shape)
            yield Explanation("feature_map", int(size), axis, words=words)
        else:
            yield _worked_out("feature_map", size, axis, source=source)


def _given(formula: Expression, in_shape: Sequence[int]) -> str:
    """Return where a size comes from that is not worked out."""
    of_input = [size.expression for size in in_shape if isinstance(size, Symbol)]
    return "as in the input" if formula in of_input else "as stated"


def _combined(node: Node, layer: Layer, nodes: Mapping[str, Node]) -> Shape:
    """Return the symbols of what a layer works on; for a join, of all of its inputs."""
    if len(node.inputs) == 1 or any(name not in nodes for name in node.inputs):
        return _atoms(node.in_shape, "in")
    shapes = [nodes[name].out_shape for name in node.inputs]
    numbered = [
        (Symbol.named(f"C_{number}", shape[0]), *_atoms(shape, "in")[1:])
        for number, shape in enumerate(shapes, 1)
    ]
    return layer.combine(numbered)


def _params(node: Node) -> Iterator[Explanation]:
    layer = _symbolic(node.layer)
    shapes = layer.param_shapes(_atoms(node.in_shape, "in"))
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
            yield _worked_out(quantity, sum(numbers), source=source)


def _units(node: Node) -> Iterator[Explanation]:
    """Yield neurons and multiply–accumulates, from the sizes of the output."""
    layer = _symbolic(node.layer)
    vars(layer)["out_shape"] = lambda _: _atoms(node.out_shape, "out")  # they have their own lines
    in_shape = _atoms(node.in_shape, "in")
    if node.neurons:
        yield _worked_out("neurons", layer.neurons(in_shape), source=NEURONS)
    if node.macs:
        yield _worked_out("macs", layer.macs(in_shape))


def _gradients(node: Node, nodes: Mapping[str, Node], flow: Flow | None) -> Iterator[Explanation]:
    """Yield what gradients cost, and what is kept for them."""
    if flow is None:
        return
    if node.training is not None:
        yield from _gradients_seen(node, node.training)
        return
    if not flow.is_trained:
        return
    layer, in_shape = _symbolic(node.layer), _atoms(node.in_shape, "in")
    out_shape = _atoms(node.out_shape, "out")
    vars(layer)["out_shape"] = lambda _: out_shape
    if node.macs:
        if any(flow.learns):
            yield _worked_out("input_gradient_macs", layer.input_gradient_macs(in_shape))
        yield _worked_out("weight_gradient_macs", layer.weight_gradient_macs(in_shape))
    shapes = [nodes[name].out_shape if name in nodes else node.in_shape for name in node.inputs]
    several = len(shapes) > 1
    kept = kept_bytes(
        layer,
        in_shape,
        out_shape,
        flow,
        in_shapes=[
            _atoms(shape, f"{number}" if several else "in")
            for number, shape in enumerate(shapes, 1)
        ],
        batch_size=1,
    )
    if kept:
        yield _worked_out("kept_bytes", kept, source=DERIVATIVES)


def _gradients_seen(node: Node, cost: Training) -> Iterator[Explanation]:
    """Yield what a forward pass in training mode showed, by formula where one says the same."""
    layer, in_shape = _symbolic(node.layer), _atoms(node.in_shape, "in")
    vars(layer)["out_shape"] = lambda _: _atoms(node.out_shape, "out")
    for quantity in OF_TRAINING:
        count = getattr(cost, quantity)
        by_formula = getattr(layer, quantity, lambda _: None)(in_shape)
        if count and count == by_formula and isinstance(by_formula, Symbol):
            yield _worked_out(quantity, by_formula)
        elif count:
            yield Explanation(quantity, count, words="observed in training mode")


def _field(
    node: Node, nodes: Mapping[str, Node], fields: Mapping[str, ReceptiveField | None]
) -> Iterator[Explanation]:
    """Yield how the receptive field follows from that of the layer before."""
    field = fields.get(node.name)
    if field is None or len(node.inputs) != 1:
        return
    source = node.inputs[0]
    before = fields.get(source)
    windows = _windows(node, nodes)
    if windows is None or (before is None and source != INPUT):
        return
    named = _AXES.get(len(windows), ("",) * len(windows))
    lines = []
    for number, window in enumerate(windows):
        letter = "" if _is_square(windows, field, before) else f"_{named[number]}"
        r = Symbol.named(f"r{letter}", 1 if before is None else before.size[number])
        j = Symbol.named(
            f"j{letter}", 1 if before is None else int(before.effective_stride[number] or 0)
        )
        start = 0 if before is None else before.effective_padding[number]
        k, s = (
            Symbol.named(f"k{letter}", window.kernel_size),
            Symbol.named(f"s{letter}", window.stride),
        )
        d = Symbol.named(f"d{letter}", window.dilation) if window.dilation > 1 else 1
        p = Symbol.named(f"p{letter}", window.padding)
        axis = named[number] if letter else ""
        size, stride = r + (k - 1) * d * j, j * s
        if size != field.size[number] or stride != field.effective_stride[number]:
            return  # branches have met, or units differ: no one formula
        lines += [
            _worked_out("receptive_field", size, axis, source=FIELDS),
            _worked_out("effective_stride", stride, axis, source=FIELDS),
        ]
        if start is not None and start + window.padding * j == field.effective_padding[number]:
            padding = Symbol.named(f"P{letter}", start) + p * j
            lines.append(_worked_out("effective_padding", padding, axis, source=FIELDS))
        if not letter:
            break
    yield from sorted(lines, key=lambda line: QUANTITIES.index(line.quantity))


def _windows(node: Node, nodes: Mapping[str, Node]) -> Sequence[Sliding] | None:
    """Return the windows through which a layer reads; for one that reads all, the whole map."""
    reach = node.layer.reach(node.in_shape)
    if reach == (Mixing.EVERYTHING,):
        above: Node | None = node
        while above is not None and len(above.in_shape) < 2:  # noqa: PLR2004  no places
            if above.layer.reach(above.in_shape) == reach and above is not node:
                return None  # of single units, it reads each through a window of one
            above = nodes.get(above.inputs[0]) if above.inputs else None
        if above is None:
            return None
        return [Sliding(kernel_size=size) for size in above.in_shape[1:]]
    if not isinstance(reach, tuple):
        return None
    windows = [window for window in reach if isinstance(window, Sliding)]
    return windows if len(windows) == len(node.in_shape) - 1 > 0 else None


def _is_square(
    windows: Sequence[Sliding], field: ReceptiveField, before: ReceptiveField | None
) -> bool:
    own = len(set(windows)) == len(set(field.size)) == len(set(field.effective_padding)) == 1
    if before is None:
        return own
    return own and len(set(before.size)) == len(set(before.effective_stride)) == 1


def _worked_out(quantity: str, number: int, axis: str = "", source: str = "") -> Explanation:
    formula = number.expression if isinstance(number, Symbol) else Constant(int(number))
    return Explanation(quantity, int(number), axis, formula, source)


def _symbolic(layer: Layer) -> Layer:
    """Return a layer whose settings are symbols; its methods then tell how they compute."""
    symbolic = copy(layer)
    for name, value in layer.settings().items():
        if name in _LETTERS and value != _neutral(name, value):
            vars(symbolic)[name] = _lettered(_LETTERS[name], value)
    return symbolic


def _neutral(name: str, value: object) -> object:
    """Return the value of a setting that changes nothing."""
    neutral = _NEUTRAL.get(name)
    return (neutral,) * len(value) if isinstance(value, tuple) else neutral


def _lettered(letter: str, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, tuple)):
        return value
    if isinstance(value, int):
        return Symbol.named(letter, value)
    return _sides(letter, value)


def _sides(letter: str, sizes: Shape) -> Shape:
    """Return symbols for the sizes of all axes; one letter where they are the same."""
    if len(set(sizes)) == 1:
        return tuple(Symbol.named(letter, size) for size in sizes)
    axes = _AXES.get(len(sizes), tuple(map(str, range(len(sizes)))))
    pairs = zip(axes, sizes, strict=True)
    return tuple(Symbol.named(f"{letter}_{axis}", size) for axis, size in pairs)


def _atoms(shape: Shape, where: str) -> Shape:
    """Return symbols for a shape: channels and sides, or features."""
    if len(shape) == 1:
        return (Symbol.named(f"F_{where}", shape[0]),)
    if not shape:
        return ()
    return (Symbol.named(f"C_{where}", shape[0]), *_sides(f"n_{where}", shape[1:]))


def _axis_names(shape: Shape) -> tuple[str, ...]:
    if len(shape) == 1:
        return ("",)
    sides = {2: ("places",), 3: ("rows", "columns"), 4: ("depth", "rows", "columns")}
    return ("channels", *sides.get(len(shape), tuple(map(str, range(1, len(shape))))))
