"""Specs: a name of the catalogue, or a TOML file; the graph follows by formula, without torch."""

from __future__ import annotations

from pathlib import Path

from archstat.errors import UsageError
from archstat.graph import Graph
from archstat.models.front_end import FormulaFrontEnd
from archstat.models.question import Question
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import Variant, resolve


class SpecFrontEnd(FormulaFrontEnd):
    """A network that a spec describes."""

    kind = "a spec"
    accepts = frozenset({"classes", "settings"})

    @staticmethod
    def matches(argument: str) -> bool:
        """Return whether it is a name of the catalogue, or ends as a spec does."""
        return argument in catalogue() or Path(argument).suffix == ".toml"

    def formulas(self, question: Question) -> Graph:
        """Return the network, changed as the question asks."""
        self.require_fit(question)
        if len(question.inputs) > 1 or any(given.name for given in question.inputs):
            raise UsageError("a spec has one input, without a name")
        shape = question.inputs[0].shape if question.inputs else None
        return resolve(self.argument, Variant(shape, question.classes, question.settings))
