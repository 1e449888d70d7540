"""A report in a notebook: HTML that needs neither styles nor scripts, and pictures.

What shows a notebook elsewhere, such as a site for code, leaves out style sheets and scripts; what
matters is said by elements and attributes alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from archstat.documents.cells import UNKNOWN, for_people
from archstat.documents.report import all_columns, circumstances, said_columns, summaries
from archstat.documents.units import bar
from archstat.documents.view import View
from archstat.errors import UsageError, shown
from archstat.files import write_file
from archstat.formats.special.png import png
from archstat.pages.markup import lines, tag, words
from archstat.pictures.network import share_picture
from archstat.pictures.plans.draw import STYLES, draw
from archstat.pictures.plans.palette import KIND, QUANTITIES
from archstat.pictures.sketch.svg import svg_of
from archstat.report.columns import LayerColumn
from archstat.report.folding import sections
from archstat.report.report import NetworkReport, Row

BAR_WIDTH = 8
WIDTH = 912
"""Pixels that a picture may take beside the margin of a notebook."""

NO_BREAK = "\u00a0"


class Drawing:
    """A picture: a notebook shows it, `str` is its SVG, and `save` writes SVG or PNG."""

    def __init__(self, svg: str) -> None:
        self._svg = svg

    def __str__(self) -> str:
        return self._svg

    def _repr_svg_(self) -> str:
        """Return what a notebook shows."""
        return self._svg

    def save(self, path: str | Path) -> None:
        """Write a file, whole or not at all; its suffix is .svg or .png.

        Raises:
            UsageError: It has another suffix, or cannot be written.
        """
        file = Path(path)
        if file.suffix.lower() not in {".svg", ".png"}:
            raise UsageError(
                f"a picture is saved as .svg or .png, got {shown(file.name)}",
                hint=f"write save({shown(file.stem + '.svg')})",
            )
        write_file(png(self._svg) if file.suffix.lower() == ".png" else self._svg, file)


def drawing(
    report: NetworkReport, *, style: str | None = None, by: str = KIND, depth: int | None = None
) -> Drawing:
    """Return the network as a picture.

    Raises:
        UsageError: There is no such style or colour, or the layers' maps are not known.
    """
    if style is not None:
        _require_one(style, tuple(STYLES), "style")
    _require_one(by, (KIND, *QUANTITIES), "color_by")
    sketch = draw(report, style=style, by=QUANTITIES.get(by), depth=depth, width=WIDTH)
    return Drawing(svg_of(sketch))


def _require_one(given: str, known: Sequence[str], name: str) -> None:
    if given not in known:
        raise UsageError(f"{name} is one of {', '.join(known)}, got {shown(given)}")


def plot(report: NetworkReport) -> Drawing:
    """Return where the work and the memory are, as bars."""
    return Drawing(share_picture(report))


def notebook_html(report: NetworkReport) -> str:
    """Return what a notebook shows of a report."""
    view = View(trains=report.trains)
    columns = said_columns(report, view, all_columns(report, view))
    title = f"{report.model}: {report.title}" if report.title else report.model
    rows = [section.whole for section in sections(report)]
    parts = [
        tag("p", tag("b", words(title)), "<br>", words(circumstances(report, view))),
        _table(report, rows, columns),
    ]
    if len(rows) < len(report.layers):
        summary = tag("summary", f"All {len(report.layers):,} layers")
        parts.append(tag("details", summary, _table(report, report.layers, columns)))
    parts += [tag("p", words(text)) for text in summaries(report)]
    parts += [tag("p", tag("i", words(f"note: {note}"))) for note in report.notes]
    return tag("div", lines(parts))


def _table(report: NetworkReport, rows: Sequence[Row], columns: Sequence[LayerColumn]) -> str:
    head = "".join(_cell("th", column.title, column) for column in columns)
    head += _aligned("th", f"%{NO_BREAK}of{NO_BREAK}MACs", "left")
    foot = "".join(
        _cell("td", "" if value == "" else for_people(value), column)
        for column in columns
        for value in [column.total(report.totals)]
    )
    return tag(
        "table",
        tag("thead", tag("tr", head)),
        tag("tbody", *_lines(report, rows, columns)),
        tag("tfoot", tag("tr", foot, tag("td"))),
    )


def _lines(
    report: NetworkReport, rows: Sequence[Row], columns: Sequence[LayerColumn]
) -> Iterator[str]:
    whole = report.totals.macs
    for row in rows:
        cells = (
            _cell("td", for_people(column.value(row, report.totals)), column) for column in columns
        )
        share = (row.macs or 0) / whole if whole else 0.0
        none = UNKNOWN if row.macs is None else ""
        said = f"{bar(share, BAR_WIDTH)} {100 * share:.1f} %".replace(" ", NO_BREAK)
        yield tag("tr", *cells, _aligned("td", said if share else none, "left"))


def _cell(name: str, text: str, column: LayerColumn) -> str:
    whole = words(text).replace(" ", NO_BREAK)
    return _aligned(name, whole, "left" if column.is_text else "right")


def _aligned(name: str, text: str, side: str) -> str:
    """Return a cell that stands on a side, said so that it holds with styles and without."""
    return tag(name, text, align=side, style=f"text-align:{side}")
