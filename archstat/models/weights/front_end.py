"""Files of parameters: state dicts, checkpoints, safetensors; read without torch."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from archstat.errors import UsageError
from archstat.graph import Graph
from archstat.models.front_end import FrontEnd
from archstat.models.question import NONE, Loaded, Question
from archstat.models.tensors import Tensors
from archstat.models.weights.modules import graph_of_tensors
from archstat.models.weights.reading import ENDINGS, read_weights


class WeightsFrontEnd(FrontEnd):
    """The parameters of a model, without the network that they belong to."""

    kind = "a file of parameters"
    has_tensors_alone = True

    @staticmethod
    def matches(argument: str) -> bool:
        """Return whether it ends as such files do, or does so before a colon."""
        name = argument.lower()
        return name.endswith(ENDINGS) or name.partition(":")[0].endswith(ENDINGS)

    def graph(self, question: Question) -> Loaded:
        """Return what is known of the network: its modules with their parameters."""
        self.require_fit(question)
        if question.device != NONE or question.train:
            self._refuse_to_run()
        found = read_weights(self.argument)
        graph: Graph = graph_of_tensors(found, Path(self.argument).name)
        return Loaded(graph, None, question.batch_size)

    def tensors(self, question: Question) -> Tensors:
        """Return the tensors of the file."""
        self.require_fit(question)
        return read_weights(self.argument).tensors

    def module(self, question: Question) -> NoReturn:
        """Tell that there is no module."""
        self.require_fit(question)
        self._refuse_to_run()

    def _refuse_to_run(self) -> NoReturn:
        raise UsageError(
            f"{self.argument} holds parameters, and not the network that they belong to",
            hint="name the class or function that makes it, as in net.py:Net",
        )
