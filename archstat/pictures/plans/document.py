"""A drawing of a network as what a command answers."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.documents.cells import Number
from archstat.documents.document import Column, Document, Line, Picture, Sentences, Table
from archstat.pictures.plans.draw import draw, usual_style
from archstat.pictures.plans.palette import KIND, ColourQuantity
from archstat.pictures.plans.stops import Stop, shape_words, stops
from archstat.pictures.sketch.svg import svg_of
from archstat.pictures.sketch.tikz import tikz_of
from archstat.report.report import NetworkReport

COLUMNS = (
    Column("drawn", "drawn", is_text=True),
    Column("map", "map", is_text=True),
    Column("what", "what", is_text=True),
    Column("settings", "settings", is_text=True),
    Column("behind", "behind it", is_text=True),
    Column("lanes", "lanes"),
    Column("count", "count"),
    Column("reads", "reads", is_text=True),
)


def drawing_document(
    report: NetworkReport,
    *,
    style: str | None = None,
    by: ColourQuantity | None = None,
    depth: int | None = None,
) -> Document:
    """Return a drawing of a network, and in words what it shows.

    Args:
        report: The network.
        style: See `draw`.
        by: See `draw`.
        depth: See `draw`.
    """
    shown = stops(report, depth)
    sketch = draw(report, style=style, by=by, depth=depth)
    name = style or usual_style(shown)
    colours = KIND if by is None else by.title
    return Document(
        "drawing",
        f"{report.model}: {report.title}" if report.title else report.model,
        about=(f"drawn in the style {name}, coloured by {colours}",),
        parts=(
            Picture(sketch.title, lambda: svg_of(sketch), lambda: tikz_of(sketch)),
            Sentences(tuple(stop.said for stop in shown), is_list=True),
        ),
        records=lambda: _records(shown),
        facts={"model": report.model, "style": name, "color_by": KIND if by is None else by.name},
        is_insert=True,
    )


def _records(shown: Sequence[Stop]) -> Table:
    """Return one line for each block or box."""
    lines = (
        Line(
            (
                stop.name,
                shape_words(stop.shape),
                stop.what,
                ", ".join(stop.settings),
                ", ".join(row.label for row in stop.behind),
                Number(stop.lanes),
                Number(stop.count),
                ", ".join(shown[source].name for source in stop.inputs),
            )
        )
        for stop in shown
    )
    return Table(COLUMNS, tuple(lines))
