"""The operators of a forward pass as torch's profiler names them, each with the layers it is of.

The pass is the one that a graph is made of. The profiler watches it, and the recorder leaves a mark
for each node, so that it is seen between which operators, or inside of which, a node came to be.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from torch import Tensor, nn
from torch.autograd.profiler import profile

from archstat.bench.traces.operation import PassOperator
from archstat.graph import Graph, Node
from archstat.models.argument import find_model
from archstat.models.question import Question
from archstat.models.torch.private import mark
from archstat.models.torch.recording.recorder import Recorder
from archstat.models.torch.tracing import trace_source

BEGIN, ROW, NODE = "archstat:begin", "archstat:row", "archstat:node "
OPERATOR = "::"
"""What the names of operators have, and those of marks and of users' sections have not."""

QUIET = {"KINETO_LOG_LEVEL": "99"}
"""What keeps the profiler from telling stderr that there is no GPU."""


class Marking(Recorder):
    """Records a pass, and marks for the profiler where each node came to be."""

    def begin(self, args: Sequence[Any], kwargs: Any) -> list[str]:
        """Note what the model is given, and mark that what came before was no pass."""
        mark(BEGIN)
        return super().begin(args, kwargs)

    def enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Note that a module begins to run, and mark it if it is one row."""
        super().enter(module, args)
        if self.scopes.running and self.scopes.running[-1].is_row:
            mark(ROW)

    def _add(self, node: Node, outputs: Sequence[Tensor]) -> None:
        super()._add(node, outputs)
        mark(f"{NODE}{node.name}")


def operators_of(model: str, question: Question) -> tuple[Graph, tuple[PassOperator, ...]]:
    """Return the graph of a model, and the operators of its forward pass in their order.

    Raises:
        ArchstatError: There is no such model, or the question does not fit it.
    """
    source = find_model(model).module(question)
    os.environ.update(QUIET)
    with source.at_home(), profile(record_shapes=True) as watched:
        graph, _ = trace_source(
            source,
            question.inputs,
            batch_size=question.batch_size,
            device_name="none",
            values=question.values,
            recorder=Marking,
        )
    return graph, tuple(_assigned(watched.function_events or ()))


def _assigned(events: Iterable[Any]) -> Iterator[PassOperator]:
    """Yield the operators of the last pass that was begun, with the layers that they are of."""
    operators: list[Any] = []
    nodes: dict[int, list[str]] = {}
    since = 0
    for event in sorted(events, key=lambda each: each.time_range.start):
        caller = _outermost(event)
        if event.name == BEGIN:
            operators, nodes, since = [], {}, 0
        elif event.name == ROW:
            since = len(operators)
        elif event.name.startswith(NODE):
            inside = [caller] if caller is not event else operators[since:]
            for operator in inside:
                nodes.setdefault(id(operator), []).append(event.name.removeprefix(NODE))
            since = len(operators)
        elif caller is event and OPERATOR in event.name:
            operators.append(event)
    for operator in operators:
        shapes = tuple(tuple(shape) for shape in operator.input_shapes or ())
        yield PassOperator(operator.name, shapes, tuple(nodes.get(id(operator), ())))


def _outermost(event: Any) -> Any:
    """Return the operator that called what called it, and so on."""
    found = event
    while (event := event.cpu_parent) is not None:
        if OPERATOR in event.name:
            found = event
    return found
