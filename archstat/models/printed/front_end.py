"""The printed form of a model, as a text file or on standard input; read without torch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

from archstat.errors import UsageError, shown, within
from archstat.files import is_file, no_file, read_file
from archstat.graph import Graph
from archstat.models.front_end import FrontEnd
from archstat.models.printed.network import graph_of_printed
from archstat.models.printed.text import parse_printed
from archstat.models.question import NONE, Loaded, Question
from archstat.models.tensors import HeldTensor, Tensors

STDIN = "-"
MOST = 50_000_000  # bytes of a text


class PrintedFrontEnd(FrontEnd):
    """What `print(model)` gives."""

    kind = "the printed form of a model"

    def __init__(self, argument: str) -> None:
        super().__init__(argument)
        self._text: str | None = None

    @staticmethod
    def matches(argument: str) -> bool:
        """Return whether it is a text file, or standard input."""
        return argument == STDIN or Path(argument).suffix.lower() == ".txt"

    def graph(self, question: Question) -> Loaded:
        """Return the modules that are printed, with shapes as far as they are a chain."""
        self.require_fit(question)
        if question.device != NONE or question.train:
            self._refuse_to_run()
        if len(question.inputs) > 1:
            raise UsageError(f"{self._name} has one input here", instead={"input": (3, 224, 224)})
        shape = question.inputs[0].shape if question.inputs else ()
        printed = parse_printed(self._read(), self._name)
        graph: Graph = graph_of_printed(printed, self._name, shape)
        return Loaded(graph, None, question.batch_size)

    def tensors(self, question: Question) -> Tensors:
        """Return the parameters that the modules tell."""
        graph = self.graph(question).graph
        return {
            f"{node.name}.{name}": HeldTensor(shape, "float32", learns=True)
            for node in graph.nodes
            for name, shape in node.param_shapes.items()
        }

    def module(self, question: Question) -> NoReturn:
        """Tell that there is no module."""
        self.require_fit(question)
        self._refuse_to_run()

    @property
    def _name(self) -> str:
        return "standard input" if self.argument == STDIN else Path(self.argument).name

    def _read(self) -> str:
        if self._text is None:
            if self.argument == STDIN:
                self._text = sys.stdin.read(MOST)
            else:
                path = Path(self.argument)
                if not is_file(path):
                    raise no_file(self.argument, [".txt"])
                with within(shown(self.argument)):
                    self._text = read_file(path, MOST).decode("utf-8", errors="replace")
        return self._text

    def _refuse_to_run(self) -> NoReturn:
        raise UsageError(
            f"{self._name} is {self.kind}, which cannot run",
            hint="name the class or function that makes it, as in net.py:Net",
        )
