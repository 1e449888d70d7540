"""How each number comes about, written once for all layers where it is the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archstat.documents.cells import Formula, for_people
from archstat.documents.explanation import name_of, title_of
from archstat.pages.markup import lines, tag, words
from archstat.pages.subject import PageNetwork, PageSubject
from archstat.pictures.families import tokens
from archstat.record import record
from archstat.report.explanation import MEANINGS, Explained, Explanation

OF_COLUMN: Mapping[str, str] = {
    "feature_map": "feature_map",
    "out_shape": "feature_map",
    "weights": "weights",
    "biases": "biases",
    "params": "params",
    "neurons": "neurons",
    "macs": "macs",
    "activation_bytes": "activation_bytes",
    "receptive_field": "receptive_field",
    "effective_stride": "effective_stride",
    "effective_padding": "effective_padding",
    "input_gradient_macs": "input_gradient_macs",
    "weight_gradient_macs": "weight_gradient_macs",
    "kept_bytes": "kept_bytes",
}
"""The columns whose numbers are explained, and by which quantity."""

MOST_SHEETS = 40
"""As many stand open in a list."""

MOST_WRITTEN = 300
"""As many are written at all: a thousand are four megabytes that nobody reads."""


@record
class FormulaSheet:
    """Layers whose numbers all come about in the same way.

    Attributes:
        id: Of the element that holds it.
        layers: The layers.
    """

    id: str
    layers: tuple[Explained, ...]

    @property
    def lines(self) -> tuple[Explanation, ...]:
        """How their numbers come about."""
        return self.layers[0].lines

    def id_of(self, quantity: str) -> str:
        """Return the id of the element that holds the formula of a quantity."""
        return f"{self.id}-{quantity}"


def sheets(network: PageNetwork) -> list[FormulaSheet]:
    """Return the explanations of a network, each once."""
    found: dict[tuple[object, ...], list[Explained]] = {}
    for explained in network.explained:
        key = (explained.node.layer.label, *map(_written, explained.lines))
        found.setdefault(key, []).append(explained)
    return [
        FormulaSheet(f"{network.letter}f{number}", tuple(layers))
        for number, layers in enumerate(found.values(), 1)
    ]


def links(found: list[FormulaSheet]) -> dict[str, dict[str, str]]:
    """Return the id of each formula, by layer and quantity."""
    return {
        explained.node.name: {line.quantity: sheet.id_of(line.quantity) for line in sheet.lines}
        for sheet in found[:MOST_WRITTEN]
        for explained in sheet.layers
    }


def _written(line: Explanation) -> tuple[str, ...]:
    formula = line.formula
    values = "" if formula is None else for_people(Formula(formula, has_values=True))
    letters = "" if formula is None else for_people(Formula(formula))
    return (line.quantity, line.axis, letters, values, str(int(line.result)), line.words)


def formulas(network: PageNetwork, found: list[FormulaSheet]) -> str:
    """Return the sheets of a network, each closed until it is asked for; many closed together."""
    written = lines(_sheet(sheet, network) for sheet in found[:MOST_WRITTEN])
    if len(found) <= MOST_SHEETS:
        return written
    summary = f"{len(found):,} kinds of layers, settings and places"
    if len(found) <= MOST_WRITTEN:
        return tag("details", tag("summary", summary), written)
    left = f"The first {MOST_WRITTEN} are here. Of any other layer, this tells the same:"
    command = tag("code", words(f"archstat explain {network.report.model} LAYER"))
    said = tag("p", left, " ", command, class_="weak")
    return tag(
        "details", tag("summary", f"{summary}, of which {MOST_WRITTEN} are here"), said, written
    )


def _sheet(sheet: FormulaSheet, network: PageNetwork) -> str:
    names = [explained.node.name for explained in sheet.layers]
    shown = ", ".join(names[:3]) + (f" … and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004  as many as fit
    rows = {row.name: row for row in network.report.layers}
    known = [rows[name] for name in names if name in rows]
    head = tag("summary", tag("b", words(shown)), " ", _weak(sheet.layers[0].node.layer.label))
    body = tag("div", _table(sheet, shown), class_="wide")
    return tag("details", head, body, class_="sheet", id=sheet.id, data_layers=tokens(known))


def _weak(text: str) -> str:
    return tag("span", words(text), class_="weak")


def _table(sheet: FormulaSheet, name: str) -> str:
    head = "".join(
        tag("th", title, scope="col")
        for title in ("quantity", "formula", "with its numbers", "result", "source")
    )
    caption = tag("caption", words(f"How the numbers of {name} come about"), class_="unseen")
    return tag("table", caption, tag("thead", tag("tr", head)), *_bodies(sheet), class_="formulas")


def _bodies(sheet: FormulaSheet) -> Iterator[str]:
    """Yield the formulas, those of a quantity together, so that a number can open them."""
    by_quantity: dict[str, list[Explanation]] = {}
    for line in sheet.lines:
        by_quantity.setdefault(line.quantity, []).append(line)
    for quantity, explanations in by_quantity.items():
        rows = map(_line, explanations)
        yield tag("tbody", *rows, id=sheet.id_of(quantity), data_quantity=quantity)


def _line(line: Explanation) -> str:
    letters, values = words(line.words), ""
    if line.formula is not None:
        letters = formula(Formula(line.formula))
        values = formula(Formula(line.formula, has_values=True))
    result = f"{int(line.result):,}"
    return tag(
        "tr",
        tag("th", words(title_of(line)), scope="row"),
        tag("td", letters),
        tag("td", "" if values in {result, str(int(line.result))} else values),
        tag("td", f"= {result}", class_="n"),
        tag("td", words(line.source), class_="weak"),
    )


def formula(cell: Formula) -> str:
    """Return a formula whose indices stand lower."""
    return re.sub(r"_(\w+)", r"<sub>\1</sub>", words(for_people(cell)))


def meanings(subject: PageSubject) -> str:
    """Return what each quantity means, once for the page."""
    keys = dict.fromkeys(
        line.quantity
        for network in subject.networks
        for explained in network.explained
        for line in explained.lines
    )
    items = (
        tag("dt", words(name_of(key)), id=f"meaning-{key}") + tag("dd", words(MEANINGS[key]))
        for key in keys
    )
    return tag("dl", *items, class_="meanings")
