"""A network drawn in a style, from its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archstat.errors import UsageError
from archstat.pictures.plans.blocks import blocks_plan
from archstat.pictures.plans.flat import flat_plan
from archstat.pictures.plans.frame import PlacedShapes, framed
from archstat.pictures.plans.palette import ColourQuantity, Palette
from archstat.pictures.plans.sheets import sheets_plan
from archstat.pictures.plans.stops import Stop, skips, stops
from archstat.pictures.sketch.shapes import Sketch
from archstat.report.report import NetworkReport

STYLES: Mapping[str, Callable[[Sequence[Stop], Palette, float], PlacedShapes]] = {
    "blocks": blocks_plan,
    "lenet": sheets_plan,
    "flat": flat_plan,
}

ROW_WIDTH = 1180
"""The pixels of a row of blocks, in a picture of its own."""

FEW_SKIPS = 5
"""A chain of maps past which no more is carried than by one in so many is drawn as blocks."""


def usual_style(drawn: Sequence[Stop]) -> str:
    """Return the style that suits a network: blocks for a chain of maps, else a graph."""
    maps = sum(stop.has_places for stop in drawn)
    is_chain = len(skips(drawn)) * FEW_SKIPS <= len(drawn)
    return "blocks" if is_chain and drawn[0].has_places and 2 * maps > len(drawn) else "flat"


def draw(  # noqa: PLR0913  a drawing has these parts
    report: NetworkReport,
    *,
    style: str | None = None,
    by: ColourQuantity | None = None,
    depth: int | None = None,
    width: float = ROW_WIDTH,
    is_part: bool = False,
) -> Sketch:
    """Return a network as a drawing.

    Args:
        report: The network.
        style: One of `STYLES`; None for the one that suits the network.
        by: What colours show; None for the kinds of layers.
        depth: How deep modules are opened; None for as deep as can be taken in at once.
        width: The pixels that a row of blocks may take.
        is_part: Whether it stands on a page that says what the network is, and its totals.

    Raises:
        UsageError: The maps of its layers are not known.
    """
    if not report.is_placed:
        raise UsageError(
            f"of {report.model} are known {report.told_by}, which makes no drawing",
            hint="name the class or function that makes it, as in net.py:Net",
        )
    drawn = stops(report, depth)
    palette = Palette(drawn, by)
    plan = STYLES[style or usual_style(drawn)](drawn, palette, width)
    return framed(report, palette, plan, is_part=is_part)
