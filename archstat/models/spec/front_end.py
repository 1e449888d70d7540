"""Specs: a name of the catalogue, or a TOML file; the graph follows by formula, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from archstat.errors import UsageError
from archstat.graph import Graph
from archstat.models.front_end import FormulaFrontEnd, Instead
from archstat.models.question import Question
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import Variant, resolve


class SpecFrontEnd(FormulaFrontEnd):
    """A network that a spec describes."""

    kind = "a spec"
    accepts = frozenset({"classes", "settings"})
    instead: ClassVar[Mapping[str, Instead]] = {
        "arguments": Instead("change its layers", {"settings": {"conv1": {"out_channels": 64}}}),
        "each_operator": Instead("what 'archstat code' makes of it has operators"),
    }

    @staticmethod
    def matches(argument: str) -> bool:
        """Return whether it is a name of the catalogue, or ends as a spec does."""
        return argument in catalogue() or Path(argument).suffix == ".toml"

    def formulas(self, question: Question) -> Graph:
        """Return the network, changed as the question asks."""
        self.require_fit(question)
        if len(question.inputs) > 1 or any(given.name for given in question.inputs):
            raise UsageError("a spec has one input", instead={"input": (3, 227, 227)})
        shape = question.inputs[0].shape if question.inputs else None
        return resolve(self.argument, Variant(shape, question.classes, question.settings))
