"""How a wrong cell is worked out, on the numbers of the sheet itself: up to the answer, or with it.

What another cell asks for is taken from that cell, as the student wrote it; where nothing stands
there, its letter stays. So nothing is told that the sheet asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from archstat.analyses.symbols import Atom, Constant, Notation, atoms
from archstat.documents.formulas import SYMBOLS, VALUES
from archstat.graph import Node
from archstat.homework.answers.places import key_of
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Truth
from archstat.homework.marking.feedback import Feedback, Remark, line
from archstat.homework.marking.following import OwnWords
from archstat.homework.marking.marks import Mark
from archstat.homework.marking.suspects import OTHER
from archstat.homework.marking.verdicts import own_words
from archstat.report.explanation import QUANTITIES as EXPLAINED
from archstat.report.explanation import Explanation, explain

OF_THE_PEN = frozenset(
    {"digit", "unit", "arithmetic", "missing", "not-sure", "missing-rows", OTHER}
)
"""What no formula helps against: slips, gaps, and sheets of other networks."""

OF_FIELDS = {"r": "receptive_field", "j": "effective_stride", "P": "effective_padding"}
"""What the letters mean that stand for the layer before."""

MEANINGS = {
    "C_in": "channels of the input",
    "C_out": "filters",
    "F_in": "inputs",
    "F_out": "outputs",
    "g": "groups",
    "k": "kernel size",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "n_in": "side of the map before",
    "n_out": "side of the layer's own map",
    "r": "receptive field before the layer",
    "j": "strides before the layer, multiplied",
    "P": "padding before the layer, in pixels of the image",
}
"""What the letters of formulas mean."""

_LETTER = re.compile(r"(?<![\w])([A-Za-z](?:_(?:in|out))?)(?:_[hw])?(?![\w])")

AXES = {"": 0, "h": 0, "rows": 0, "w": 1, "columns": 1}
"""The sides of a map, as letters and axes name them."""

MOST_UNEXPLAINED = 2
"""As many cells of a quantity are worked out that no known mistake explains."""


def worked(feedback: Feedback, remark: Remark) -> str:
    """Return how the first cell of a remark is worked out; nothing where no formula helps.

    Cells that no known mistake explains have nothing in common: the first two of each quantity are.
    """
    if remark.key in OF_THE_PEN:
        return ""
    marks = {mark.cell: mark for mark in feedback.marked.marks}
    most = MOST_UNEXPLAINED if remark.key == "unknown" else 1
    found: dict[str, list[str]] = {}
    for cell in remark.cells:
        quantity = marks[cell].quantity if remark.key == "unknown" else ""
        steps = found.setdefault(quantity, [])
        if len(steps) < most and (said := _worked(feedback, marks[cell])):
            steps.append(said)
    return " ".join(said for steps in found.values() for said in steps)


def _worked(feedback: Feedback, mark: Mark) -> str:
    marked = feedback.marked
    truth, quantity = marked.truth, mark.quantity
    node = truth.nodes.get(mark.layer)
    if node is None or quantity not in EXPLAINED:
        return ""
    lines = _lines(truth).get((mark.layer, quantity), ())
    explained = next((one for one in lines if one.formula is not None), None)
    if explained is None or explained.formula is None:
        return ""
    if not any(True for _ in atoms(explained.formula)):
        return ""  # it is stated, not worked out
    own = own_words(marked.sheets, key_of(truth))
    asked = {one.quantity for one in marked.marks}
    values = _OwnValues(own, node, asked)
    formula = SYMBOLS.write(explained.formula)
    calculation = _notation(values).write(explained.formula)
    if feedback.shows_answers:
        calculation = f"{VALUES.write(explained.formula)} = {explained.result:,}"
    axis = f" ({feedback.language(explained.axis)})" if explained.axis else ""
    name = feedback.cell_name(mark) + axis
    steps = formula if formula == calculation else f"{formula} = {calculation}"
    say = feedback.language
    name = f"{name[:1].upper()}{name[1:]}"
    written = line(mark.entry.written.text)
    if not written or QUANTITIES[quantity].reads(mark.entry.written) is None:
        return say("{cell}: {formula}.", cell=name, formula=steps)
    return say("{cell}: {formula}, not {written}.", cell=name, formula=steps, written=written)


@lru_cache(maxsize=8)
def _lines(truth: Truth) -> Mapping[tuple[str, str], tuple[Explanation, ...]]:
    """Return how the numbers of a network come about, by layer and quantity."""
    found: dict[tuple[str, str], tuple[Explanation, ...]] = {}
    for explained in explain(truth.graph):
        for one in explained.lines:
            at = explained.node.name, one.quantity
            found[at] = (*found.get(at, ()), one)
    return found


@dataclass(frozen=True)
class _OwnValues:
    """What a sheet says of the letters of a layer's formulas.

    Attributes:
        asked: The quantities that the sheet asks for; of all others the truth is told.
    """

    own: OwnWords
    node: Node
    asked: Collection[str]

    def __call__(self, atom: Atom) -> int | None:
        """Return a letter's value; None if the sheet asks for that and says nothing."""
        asks_maps = "feature_map" in self.asked
        is_first = not any(name in self.own.truth.nodes for name in self.node.inputs)
        if atom.name.startswith("n_out"):
            return self._side(self.node.name, atom.name) if asks_maps else atom.value
        if is_first:
            return atom.value
        if atom.name.startswith("n_in") and asks_maps:
            return self._side(self._source, atom.name)
        if atom.name == "F_in" and asks_maps:
            shape = None if self._source is None else self.own.shape(self._source)
            return None if shape is None else prod(shape)
        quantity = OF_FIELDS.get(atom.name.partition("_")[0])
        return self._before(quantity) if quantity in self.asked and quantity else atom.value

    @property
    def _source(self) -> str | None:
        spot = self.own.before(self.node, "feature_map")
        return None if spot is None else spot[0]

    def _before(self, quantity: str) -> int | None:
        spot = self.own.before(self.node, quantity)
        axes = len(self.own.truth.graph.input_shape) - 1
        sizes = None if spot is None else self.own.sizes(spot[0], quantity, axes)
        return sizes[0] if sizes else None

    def _side(self, layer: str | None, letter: str) -> int | None:
        shape = None if layer is None else self.own.shape(layer)
        at = AXES.get(letter.rpartition("_")[2] if letter.count("_") > 1 else "", 0)
        return None if shape is None or len(shape) < at + 2 else shape[at + 1]


def letters(feedback: Feedback) -> str:
    """Return what the letters of all formulas mean that are worked through."""
    formulas = (
        part.partition(" = ")[0]
        for remark in feedback.remarks
        for part in worked(feedback, remark).split(": ")[1:]
    )
    found = {match for text in formulas for match in _LETTER.findall(text)}
    say = feedback.language
    said = [f"{letter}: {say(words)}" for letter, words in MEANINGS.items() if letter in found]
    return "; ".join(said)


def _notation(values: Callable[[Atom], int | None]) -> Notation:
    """Return how formulas are written with a sheet's own numbers."""

    def number(one: Atom | Constant) -> str:
        value = values(one) if isinstance(one, Atom) else one.value
        return SYMBOLS.number(one) if value is None else VALUES.number(Constant(value))

    return Notation(number, VALUES.times, VALUES.minus, VALUES.quotient)
