"""What a form of MODEL argument must state: which arguments are of it, and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from archstat.errors import UsageError
from archstat.extras import TORCH, require
from archstat.layers.base import Shape
from archstat.models.question import NONE, Loaded, Question
from archstat.models.tensors import HeldTensor, Tensors

if TYPE_CHECKING:
    from archstat.graph import Graph
    from archstat.models.torch.source import Source

OPTIONAL: Mapping[str, str] = {
    "classes": "a number of classes does",
    "settings": "changes to layers do",
    "arguments": "arguments do",
    "each_operator": "rows for operators do",
    "input_file": "example inputs do",
    "tokens": "a number of tokens does",
    "image": "the size of an image does",
    "values": "values of inputs do",
}
"""The parts of a question that not every front end takes, in words."""


class Instead(NamedTuple):
    """What to ask where a part of a question does not fit: a hint, and another part."""

    hint: str | None = None
    asked: Mapping[str, object] = {}


class ShapesWhenRun(NamedTuple):
    """The shapes of tensors by name, as the table has them and as a runtime shows them."""

    runtime: str
    stated: Mapping[str, Shape]
    seen: Mapping[str, Shape]


class FrontEnd(ABC):
    """A MODEL argument that was understood.

    Attributes:
        argument: As it was written.
        kind: What such a model is, in words.
        accepts: Those of `OPTIONAL` that it takes.
        instead: What to ask instead of one of the others.
        needs_training_pass: Whether what training costs is known from a pass in training mode only.
        is_export: Whether it was written out of a network that is somewhere else.
        is_general: Whether it takes arguments that others know better, which are asked first.
        has_tensors_alone: Whether it holds tensors by name, and no layers.
    """

    kind: ClassVar[str]
    accepts: ClassVar[frozenset[str]] = frozenset()
    instead: ClassVar[Mapping[str, Instead]] = {}
    needs_training_pass: ClassVar[bool] = False
    is_general: ClassVar[bool] = False
    has_tensors_alone: ClassVar[bool] = False
    is_export: ClassVar[bool] = False

    def __init__(self, argument: str) -> None:
        self.argument = argument

    @staticmethod
    @abstractmethod
    def matches(argument: str) -> bool:
        """Return whether an argument is of this form; nothing is read or imported to tell."""

    @staticmethod
    def libraries() -> Mapping[str, Callable[[], list[str]]]:
        """Return the libraries whose models it knows by LIBRARY/NAME, and what lists the names."""
        return {}

    @abstractmethod
    def graph(self, question: Question) -> Loaded:
        """Return the model's graph, and the device of the forward pass that it was held against.

        Raises:
            ArchstatError: There is no such model, or the question does not fit it.
        """

    @abstractmethod
    def module(self, question: Question) -> Source:
        """Return the model as a torch module that can run.

        Raises:
            ArchstatError: There is no such model, the question does not fit, or torch is missing.
        """

    def shapes_when_run(self, question: Question) -> ShapesWhenRun | None:  # noqa: ARG002  see below
        """Return what another runtime shows of a model; None where there is none but torch.

        Raises:
            ArchstatError: The runtime is not there, or cannot run it.
        """
        return None

    @abstractmethod
    def tensors(self, question: Question) -> Tensors:
        """Return the tensors that the model holds, by name.

        Raises:
            ArchstatError: There is no such model, or the question does not fit it.
        """

    def require_fit(self, question: Question) -> None:
        """Check that a question asks nothing that such a model does not take.

        Raises:
            UsageError: It does.
        """
        for part, words in OPTIONAL.items():
            if getattr(question, part) and part not in self.accepts:
                other = self.instead.get(part, Instead())
                raise UsageError(
                    f"{words} not go with {self.argument}, which is {self.kind}",
                    hint=other.hint,
                    instead=other.asked,
                ).within(part)


class FormulaFrontEnd(FrontEnd):
    """A form of model whose graph is known without running anything."""

    @abstractmethod
    def formulas(self, question: Question) -> Graph:
        """Return the model's graph.

        Raises:
            ArchstatError: There is no such model, or the question does not fit it.
        """

    def graph(self, question: Question) -> Loaded:
        """Return the graph; where a device is asked for, held against a forward pass there."""
        graph = self.formulas(question)
        if question.device == NONE:
            return Loaded(graph, None, question.batch_size)
        require(TORCH, purpose=f"device {question.device}")
        self._require_layers(graph)
        from archstat.models.torch.module import confirm  # noqa: PLC0415  torch, only if asked for

        device = confirm(graph, question.device, batch_size=question.batch_size)
        return Loaded(graph, device, question.batch_size)

    def tensors(self, question: Question) -> Tensors:
        """Return the parameters of every layer, which learn."""
        return {
            f"{node.name}.{name}": HeldTensor(shape, "float32", learns=True)
            for node in self.formulas(question).nodes
            for name, shape in node.param_shapes.items()
        }

    def module(self, question: Question) -> Source:
        """Return the network built of torch's layers."""
        graph = self.formulas(question)
        require(TORCH, purpose=f"running {self.argument}")
        self._require_layers(graph)
        from archstat.models.torch.source import built_from  # noqa: PLC0415  torch, likewise

        return built_from(graph)

    def _require_layers(self, graph: Graph) -> None:
        """Check that all of a network can be built of torch's layers.

        Raises:
            UsageError: It has operators that are none.
        """
        others = dict.fromkeys(
            node.layer.kind for node in graph.nodes if not node.layer.has_formulas
        )
        if others:
            raise UsageError(
                f"{self.argument} cannot run here: {', '.join(others)} "
                f"{'is' if len(others) == 1 else 'are'} no layer of torch",
                hint="the table needs no run",
            )
