"""What stands around a drawing: its title, the totals, and the legend."""

from __future__ import annotations

from archstat.pictures.plans.palette import INK, PAPER, WEAK, Palette
from archstat.pictures.sketch.letters import width_of
from archstat.pictures.sketch.shapes import Caption, Drawn, Patch, Sketch, moved, rectangle
from archstat.record import record
from archstat.report.report import NetworkReport

MARGIN, NO_MARGIN = 24, 2
TITLE_SIZE, TEXT_SIZE = 15, 11
HEAD_HEIGHT, LEGEND_HEIGHT, LEGEND_LINE = 44, 42, 18
SWATCH, SWATCH_GAP, ENTRY_GAP = 11, 5, 16


@record
class PlacedShapes:
    """A network in a style, without what stands around it.

    Attributes:
        remark: What a legend says of the style.
    """

    width: float
    height: float
    shapes: tuple[Drawn, ...]
    remark: str


def framed(report: NetworkReport, palette: Palette, plan: PlacedShapes, *, is_part: bool) -> Sketch:
    """Return a drawing with its legend below it; its title and totals above, unless on a page."""
    head = () if is_part else _head(report)
    margin, above = (NO_MARGIN, 0) if is_part else (MARGIN, HEAD_HEIGHT)
    width = max(plan.width, *(each.width for each in head), 320)
    legend, rows = _legend(palette, plan.remark, width)
    below = above + plan.height + LEGEND_HEIGHT
    return Sketch(
        title=f"{report.model}, drawn",
        width=round(width + 2 * margin),
        height=round(below + (rows - 1) * LEGEND_LINE + max(2 * margin - 10, 0)),
        shapes=tuple(
            moved(shape, margin, margin)
            for shape in (
                *head,
                *(moved(shape, 0, above) for shape in plan.shapes),
                *(moved(shape, 0, below - 8) for shape in legend),
            )
        ),
        paper=PAPER,
    )


def _head(report: NetworkReport) -> tuple[Caption, Caption]:
    return (
        Caption(0, TITLE_SIZE, report.model, TITLE_SIZE, INK, is_strong=True),
        Caption(0, 33, _totals(report), TEXT_SIZE, WEAK),
    )


def _totals(report: NetworkReport) -> str:
    totals = report.totals
    more = "≥ " if totals.uncounted else ""
    batch = f" · batch of {report.batch_size}" if report.batch_size > 1 else ""
    return f"{totals.params:,} parameters · {more}{totals.macs:,} MACs{batch}"


def _legend(palette: Palette, remark: str, width: float) -> tuple[list[Drawn], int]:
    """Return the colours with their meanings in as many lines as they need, and how many."""
    shapes: list[Drawn] = []
    x, row = 0.0, 0
    entries: list[tuple[str | None, str]] = [*palette.legend()]
    for colour, said in (*entries, (None, remark)):
        swatch = 0 if colour is None else SWATCH + SWATCH_GAP
        needed = swatch + width_of(said, TEXT_SIZE)
        if x and x + needed > width:
            x, row = 0.0, row + 1
        y = row * LEGEND_LINE
        if colour is not None:
            shapes.append(Patch(rectangle(x, y - 9, SWATCH, SWATCH), colour, radius=2))
        shapes.append(Caption(x + swatch, y, said, TEXT_SIZE, WEAK))
        x += needed + ENTRY_GAP
    return shapes, row + 1
