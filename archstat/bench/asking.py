"""What a command line asks to be measured, as cases with what each costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from archstat.bench.case import Case
from archstat.bench.work import Work, work_of
from archstat.devices.device import EAGER, FLOAT32
from archstat.errors import UsageError
from archstat.graph import Graph
from archstat.layers.base import Shape
from archstat.models.argument import find_model
from archstat.models.question import Question

CPU = "cpu"


@dataclass(frozen=True)
class Wanted:
    """The values of each option; every combination is a case."""

    models: Sequence[str]
    devices: Sequence[str]
    batches: Sequence[int] = (1, 32)
    dtypes: Sequence[str] = (FLOAT32,)
    modes: Sequence[str] = (EAGER,)
    threads: Sequence[int] = (1,)
    channels_last: bool = False
    optimizer: str = ""

    def cases(self) -> Iterator[Case]:
        """Yield the cases, those beside each other that people compare."""
        copies = [self.models[: at + 1].count(model) for at, model in enumerate(self.models)]
        models = zip(self.models, copies, strict=True)
        combined = product(models, self.devices, self.dtypes, self.modes, self.batches)
        for (model, copy), device, dtype, mode, batch in combined:
            for threads in self.threads if device == CPU else (0,):
                yield Case(
                    model,
                    device,
                    batch,
                    dtype,
                    mode,
                    self.channels_last,
                    threads,
                    self.optimizer,
                    copy,
                )


def require_one_possible(cases: Sequence[Case]) -> None:
    """Check that something is left to be measured.

    Raises:
        UsageError: Nothing is.
    """
    objections = [case.objection for case in cases]
    if all(objections):
        raise UsageError(f"nothing can be measured: {objections[0]}")


@dataclass(frozen=True)
class Known:
    """A model's title and size, the shape of one example, and what each batch of it costs."""

    title: str
    params: int
    input_shape: Shape
    works: dict[int, Work]


def known(model: str, question: Question, batches: Sequence[int], *, optimizer: str = "") -> Known:
    """Return what is known of a model before it runs, or is trained.

    Raises:
        ArchstatError: There is no such model, or the question does not fit it.
    """
    asked = replace(question, train=bool(optimizer))
    graphs = {batch: _graph(model, replace(asked, batch_size=batch)) for batch in batches}
    first = graphs[batches[0]]
    works = {
        batch: work_of(graph, batch_size=batch, optimizer=optimizer)
        for batch, graph in graphs.items()
    }
    params = sum(node.weights + node.biases for node in first.nodes)
    return Known(first.title or first.name, params, first.input_shape, works)


def _graph(model: str, question: Question) -> Graph:
    """Return the graph of a model; of its forward pass alone where no more can be told."""
    try:
        return find_model(model).graph(question).graph
    except UsageError:
        if not question.train:
            raise
        return find_model(model).graph(replace(question, train=False)).graph
