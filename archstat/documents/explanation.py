"""How the numbers of a network come about: each by its formula, with its values, and its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from archstat.documents.cells import EMPTY, Cell, Formula, Look, Number, for_people
from archstat.documents.document import Column, Document, Line, Notes, Part, Table
from archstat.graph import Graph
from archstat.report.explanation import MEANINGS, Explained, Explanation
from archstat.report.folding import short_run
from archstat.report.report import Row
from archstat.report.values import Named

QUANTITY = Column("quantity", "quantity", is_text=True)
COLUMNS = (
    QUANTITY,
    Column("formula", "formula", is_text=True, wraps=True),
    Column("calculation", "calculation", is_text=True, wraps=True),
    Column("result", "result", is_text=True, in_text="= {}"),
    Column(
        "source",
        "source",
        is_text=True,
        wraps=True,
        importance=0,
        in_text="[{}]",
        look=Look.WEAK,
    ),
)
RECORDS = (
    Column("layer", "layer", is_text=True),
    Column("kind", "kind", is_text=True),
    QUANTITY,
    Column("axis", "axis", is_text=True),
    *COLUMNS[1:],
)


SUMS: Mapping[str, Callable[[Row], int | None]] = {
    "weights": lambda row: row.weights,
    "biases": lambda row: row.biases,
    "params": lambda row: row.params,
    "neurons": lambda row: row.neurons,
    "macs": lambda row: row.macs,
    "activation_bytes": lambda row: row.activation_bytes,
}
"""What is said of several layers that stand in one row."""


def explanation_document(
    graph: Graph,
    layers: Sequence[Explained],
    *,
    asked: Sequence[str] = (),
    for_students: bool,
    rows: Sequence[Row] = (),
) -> Document:
    """Return how the numbers of layers come about; for students, with what they mean.

    Args:
        graph: The network.
        layers: Its layers, and what there is to say of each.
        asked: The only quantities that are asked for.
        for_students: Whether it says what the numbers mean.
        rows: The rows of a table that is folded, by which people read: those that stand for several
            layers have their sums.
    """
    parts: list[Part] = [*(_folded(rows, layers, asked) if rows else map(_section, layers))]
    parts = [part for part in parts if not isinstance(part, Table) or part.lines]
    seen = {row.name for row in rows}
    silent = [
        name
        for explained in layers
        for name in [explained.node.name]
        if not explained.lines and (not rows or name in seen)
    ]
    if silent:
        of = f" of {' and '.join(map(name_of, asked))}" if asked else ""
        parts.append(Notes((f"nothing to explain{of}: {', '.join(silent)}",)))
    if for_students and any(explained.lines for explained in layers):
        parts.append(_meanings(layers))
    return Document(
        "explanation",
        f"{graph.name}: {graph.title}" if graph.title else graph.name,
        parts=tuple(parts),
        records=lambda: _records(layers),
        facts={"model": graph.name},
        is_insert=True,
    )


def _section(explained: Explained) -> Table:
    """Return how the numbers of a layer come about."""
    lines = tuple(Line((title_of(line), *_cells(line))) for line in explained.lines)
    title = f"{explained.node.name}: {explained.node.layer.label}"
    return Table(COLUMNS, lines, title=title, has_titles=False)


def _folded(
    rows: Sequence[Row], layers: Sequence[Explained], asked: Sequence[str]
) -> Iterator[Part]:
    """Yield a section for each row, and how to see the layers that have none of their own."""
    by_name = {explained.node.name: explained for explained in layers}
    for row in rows:
        yield _section(by_name[row.name]) if row.name in by_name else _sums(row, asked)
    how = "name a layer, or a module to see all of it; files (-o) and JSON have them all"
    yield Notes((f"{len(layers)} layers are folded into {len(rows)}: {how}",))


def _sums(row: Row, asked: Sequence[str]) -> Table:
    """Return what the layers of a row come to."""
    lines = [Line(("layers and operators", EMPTY, EMPTY, Number(row.count), EMPTY))]
    for key, value_of in SUMS.items():
        value = value_of(row)
        if value != 0 and (not asked or key in asked):
            result = None if value is None else Number(value)
            lines.append(Line((name_of(key), "the sum of them", EMPTY, result, EMPTY)))
    title = f"{short_run(row.name)}: {row.label}"
    return Table(COLUMNS, tuple(lines), title=title, has_titles=False)


def _cells(line: Explanation) -> tuple[Cell, ...]:
    """Return the formula, the calculation unless it is the result itself, result and source."""
    result, source = Number(line.result), line.source or EMPTY
    if line.formula is None:
        return line.words, EMPTY, result, source
    values = Formula(line.formula, has_values=True)
    is_shown = for_people(values) not in {f"{line.result:,}", str(line.result)}
    return Formula(line.formula), values if is_shown else EMPTY, result, source


def _meanings(layers: Sequence[Explained]) -> Table:
    said = dict.fromkeys(line.quantity for explained in layers for line in explained.lines)
    columns = (QUANTITY, Column("meaning", "meaning", is_text=True, wraps=True))
    lines = (Line((name_of(key), MEANINGS[key])) for key in said)
    return Table(columns, tuple(lines), title="what the numbers mean", has_titles=False)


def _records(layers: Sequence[Explained]) -> Table:
    lines = (
        Line(
            (
                explained.node.name,
                explained.node.layer.kind,
                Named(line.quantity, name_of(line.quantity)),
                line.axis,
                *_cells(line),
            )
        )
        for explained in layers
        for line in explained.lines
    )
    return Table(RECORDS, tuple(lines))


def title_of(line: Explanation) -> str:
    """Return what an explanation is about.

    >>> title_of(Explanation("feature_map", 27, axis="rows"))
    'feature map, rows'
    """
    words = name_of(line.quantity)
    return f"{words}, {line.axis}" if line.axis else words


def name_of(quantity: str) -> str:
    """Return a quantity as a sentence names it.

    >>> name_of("macs"), name_of("receptive_field")
    ('MACs', 'receptive field')
    """
    own = {"macs": "MACs", "params": "parameters", "kept_bytes": "bytes kept for backward"}
    return own.get(quantity, quantity.replace("_", " ").replace(" macs", " MACs"))
