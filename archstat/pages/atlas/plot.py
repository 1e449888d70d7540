"""A picture of all that was measured on a device: work across, time upright."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archstat.documents.cells import with_time_unit
from archstat.documents.units import with_prefix
from archstat.pages.markup import words
from archstat.pictures.axes import Scale, scale
from archstat.pictures.drawing import element, style

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 78, 20, 34, 52
RADIUS = 4.5


def plot(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a picture with a dot for each case; empty where there are fewer than two."""
    known = [row for row in rows if row["latency_s"] and row["macs"]]
    if len(known) < 2:  # noqa: PLR2004  one dot is no picture
        return ""
    across = scale([row["macs"] for row in known], LEFT, WIDTH - RIGHT)
    limits = [row["limit_s"] for row in known if row["limit_s"]]
    upright = scale([*(row["latency_s"] for row in known), *limits], HEIGHT - BOTTOM, TOP)
    inside = "".join(
        (
            *_grid(across, upright, has_limits=bool(limits)),
            *(_dot(row, across, upright) for row in known),
        )
    )
    title = "Seconds of a pass by its multiply–accumulates, a dot for each case"
    return element(
        "svg",
        f"<style>{style()}</style><title>{title}</title>{inside}",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        role="img",
    )


def _grid(across: Scale, upright: Scale, *, has_limits: bool) -> Iterator[str]:
    bottom = HEIGHT - BOTTOM
    for value in across.ticks():
        x = across.at(value)
        yield element("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="grid")
        text = with_prefix(value, "")
        yield element("text", text, x=x, y=bottom + 20, text_anchor="middle", class_="weak")
    for value in upright.ticks():
        y = upright.at(value)
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
        text = with_time_unit(value)
        yield element("text", text, x=LEFT - 10, y=y + 4, text_anchor="end", class_="weak")
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield element("text", "MACs of a pass", x=middle, y=HEIGHT - 10, text_anchor="middle",
                  class_="ink")  # fmt: skip
    yield element("text", "time of a pass", x=12, y=TOP - 14, class_="ink")
    told = "hollow: not VALID" + ("; dash: the limit of the device" if has_limits else "")
    yield element("text", told, x=WIDTH - RIGHT, y=TOP - 14, text_anchor="end", class_="weak")


def _dot(row: Mapping[str, Any], across: Scale, upright: Scale) -> str:
    valid = row["verdict"] == "VALID"
    said = f"{row['model']}, batch {row['batch_size']}, {row['dtype']}: "
    said += f"{with_time_unit(row['latency_s'])}, {row['verdict']}"
    x, y = across.at(row["macs"]), upright.at(row["latency_s"])
    title = element("title", words(said))
    look = "s0" if valid else "s0 hollow"
    return _limit(row, x, y, upright) + element("circle", title, cx=x, cy=y, r=RADIUS, class_=look)


def _limit(row: Mapping[str, Any], x: float, y: float, upright: Scale) -> str:
    """Return a dash at the limit of a case, and a thin line to it."""
    if not row["limit_s"]:
        return ""
    at = upright.at(row["limit_s"])
    return element("line", x1=x, x2=x, y1=y, y2=at, class_="grid") + element(
        "line", x1=x - RADIUS, x2=x + RADIUS, y1=at, y2=at, class_="weak"
    )
