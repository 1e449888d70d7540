"""The graphs inside of operators that run others: `If`, `Loop` and `Scan`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from onnx import AttributeProto, TensorProto, helper, numpy_helper, shape_inference

Typed: TypeAlias = Mapping[str, tuple[tuple[int, ...], int]]
"""Tensors with their shapes and types."""

RUNNING = frozenset({"If", "Loop", "Scan"})
"""Operators that run others."""

RESIZING = frozenset({"Resize", "Upsample"})
"""Operators that make a map larger or smaller, by scales that are stored."""

INSIDE = 2
"""Before what a loop carries, its body is given the number of the round, and whether to go on."""


def bodies(node: Any) -> list[Any]:
    """Return the graphs inside of an operator."""
    found: list[Any] = []
    for attribute in node.attribute:
        found += [attribute.g] if attribute.type == AttributeProto.GRAPH else attribute.graphs
    return found


def captured(node: Any) -> list[str]:
    """Return what the graphs inside of an operator read from outside, which no input names."""
    found: dict[str, None] = {}
    for body in bodies(node):
        made = {each.name for each in (*body.input, *body.initializer)}
        for inner in body.node:
            read = (*inner.input, *captured(inner))
            found |= dict.fromkeys(name for name in read if name and name not in made)
            made |= set(inner.output)
    return list(found)


def scalars(graph: Any) -> dict[str, int | bool]:
    """Return the numbers that a graph stores, one in each tensor, of those that count or decide."""
    return {
        name: numpy_helper.to_array(each).item()
        for name, each in _stored(graph).items()
        if each.data_type in {TensorProto.INT64, TensorProto.BOOL}
        and all(size == 1 for size in each.dims)
    }


def scales_in(graph: Any) -> dict[str, tuple[float, ...]]:
    """Return the scales that a graph stores for the operators that resize, by their names."""
    stored = _stored(graph)
    read = {name for node in graph.node if node.op_type in RESIZING for name in node.input[1:3]}
    return {
        name: tuple(numpy_helper.to_array(stored[name]).tolist())
        for name in read & stored.keys()
        if stored[name].data_type == TensorProto.FLOAT and len(stored[name].dims) == 1
    }


def _stored(graph: Any) -> dict[str, Any]:
    """Return the tensors that stand in the file itself."""
    stored = {each.name: each for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
            stored[node.output[0]] = node.attribute[0].t
    return {
        name: each for name, each in stored.items() if each.data_location != TensorProto.EXTERNAL
    }


def with_branches_taken(graph: Any) -> bool:
    """Put in place of each `If` whose condition is stored what it runs; return whether any was."""
    known, nodes, found = scalars(graph), [], False
    for node in graph.node:
        if node.op_type != "If" or node.input[0] not in known:
            nodes.append(node)
            continue
        name = "then_branch" if known[node.input[0]] else "else_branch"
        branch = next(each.g for each in node.attribute if each.name == name)
        nodes += branch.node
        graph.initializer.extend(branch.initializer)
        nodes += [
            helper.make_node("Identity", [made.name], [output])
            for made, output in zip(branch.output, node.output, strict=True)
        ]
        found = True
    if found:
        kept = [type(node).FromString(node.SerializeToString()) for node in nodes]
        del graph.node[:]
        graph.node.extend(kept)
    return found


def scanned(node: Any) -> list[str]:
    """Return what a scan goes through along the first axis, which is its steps."""
    settings = {each.name: each for each in node.attribute}
    axes = settings["scan_input_axes"].ints if "scan_input_axes" in settings else ()
    if node.op_type != "Scan" or any(axes):
        return []
    return list(node.input[len(node.input) - settings["num_scan_inputs"].i :])


def rounds(node: Any, known: Mapping[str, int | bool], tensors: Typed) -> int | None:
    """Return how often an operator runs the graph inside; None if the file does not tell."""
    settings = {each.name: each for each in node.attribute}
    if node.op_type == "If":
        return 1
    if node.op_type == "Scan":
        count = settings["num_scan_inputs"].i
        first = node.input[len(node.input) - count]
        axis = settings["scan_input_axes"].ints[0] if "scan_input_axes" in settings else 0
        return tensors[first][0][axis] if first in tensors else None
    most, goes_on = (*node.input, "", "")[:2]
    (body,) = bodies(node)
    sources = {inner.output[0]: inner for inner in body.node}
    last = body.output[0].name
    while last in sources and sources[last].op_type == "Identity":
        last = sources[last].input[0]
    is_whole = last == body.input[1].name or scalars(body).get(last) is True
    if most not in known or not is_whole or (goes_on and known.get(goes_on) is not True):
        return None
    return int(known[most])


def given_inside(node: Any, body: Any, tensors: Typed) -> dict[str, tuple[tuple[int, ...], int]]:
    """Return what an operator gives to a graph inside, with shapes and types."""
    names = [each.name for each in body.input]
    if node.op_type == "Loop":
        first = dict(zip(names, [((), TensorProto.INT64), ((), TensorProto.BOOL)], strict=False))
        carried = zip(names[INSIDE:], node.input[INSIDE:], strict=False)
        return first | {name: tensors[source] for name, source in carried if source in tensors}
    settings = {each.name: each for each in node.attribute}
    given = {}
    states = len(names) - settings["num_scan_inputs"].i if node.op_type == "Scan" else len(names)
    axes = settings["scan_input_axes"].ints if "scan_input_axes" in settings else ()
    for number, (name, source) in enumerate(zip(names, node.input, strict=False)):
        if source not in tensors:
            continue
        shape, kind = tensors[source]
        if number >= states:
            axis = (*axes, *[0] * len(names))[number - states] % len(shape)
            shape = (*shape[:axis], *shape[axis + 1 :])
        given[name] = shape, kind
    return given


def tensors_of(graph: Any) -> dict[str, tuple[tuple[int, ...], int]]:
    """Return the tensors of a graph whose shapes are known."""
    found = {}
    for each in (*graph.input, *graph.value_info, *graph.output):
        kind = each.type.tensor_type
        sizes = [axis.dim_value if axis.HasField("dim_value") else None for axis in kind.shape.dim]
        if kind.HasField("shape") and None not in sizes:
            found[each.name] = tuple(size or 0 for size in sizes), kind.elem_type
    return found | {each.name: (tuple(each.dims), each.data_type) for each in graph.initializer}


def inferred_body(node: Any, body: Any, tensors: Typed, opset: int) -> Any:
    """Return a graph inside of an operator with the shapes that follow from what it is given."""
    own = type(body).FromString(body.SerializeToString())
    given = given_inside(node, own, tensors)
    given |= {name: tensors[name] for name in captured(node) if name in tensors}
    del own.input[:]
    own.input.extend(
        helper.make_tensor_value_info(name, kind, shape) for name, (shape, kind) in given.items()
    )
    for each in own.output:
        if each.name in given:  # which it only passes on
            shape, kind = given[each.name]
            each.CopyFrom(helper.make_tensor_value_info(each.name, kind, shape))
        else:
            each.type.tensor_type.ClearField("shape")
    model = helper.make_model(own, opset_imports=[helper.make_opsetid("", opset)])
    try:
        return shape_inference.infer_shapes(model, strict_mode=False, data_prop=True).graph
    except Exception:  # noqa: BLE001  it has errors of its own
        return own


def loop_outputs(
    node: Any, known: Mapping[str, int | bool], tensors: Typed, opset: int
) -> Iterator[tuple[str, tuple[int, ...], int]]:
    """Yield the outputs of a loop with shapes and types: what it carries, and what it collects."""
    (body,) = bodies(node)
    inside = inferred_body(node, body, tensors, opset)
    seen, times = tensors_of(inside), rounds(node, known, tensors)
    carried = len(node.input) - INSIDE
    for number, (output, made) in enumerate(zip(node.output, inside.output[1:], strict=False)):
        if made.name not in seen:
            continue
        shape, kind = seen[made.name]
        if number < carried:
            before = tensors.get(node.input[INSIDE + number])
            if before is not None and before[0] == shape:
                yield output, shape, kind
        elif times is not None:
            yield output, (times, *shape), kind
