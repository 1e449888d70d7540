"""The roofline of a device, with a point for each case that was measured on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.bench.work import Rates
from archstat.documents.units import percent, with_prefix
from archstat.pages.atlas.tables import Row
from archstat.pages.markup import tag
from archstat.pictures.axes import Room, Scale
from archstat.pictures.drawing import colour, cut, element, label, mark, style
from archstat.pictures.roof import PlaceInPlot, grid, names_of_roofs, peak_of, roof, scales
from archstat.sweep.rows import RATES

WIDE, NARROW = 760, 358
"""Pixels of the two pictures; a page shows the one that it has room for."""

HEIGHT = 440
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 66, 62
RADIUS = 4.5
LINE = 18
BATCH_WIDTH = 90
"""Pixels for what stands behind the name of a model: its batch."""


@dataclass(frozen=True)
class CasePlace:
    """Where a case lies.

    Attributes:
        row: The case.
        place: Where it lies, by the bytes that must be moved.
        limit: The most operations a second that the ceilings of its own record allow it.
        kind: What its ceilings hold for: its type, and threads where they differ.
    """

    row: Row
    place: PlaceInPlot
    limit: float
    kind: str


def roofline(rows: Sequence[Row]) -> str:
    """Return the pictures of a device, wide and narrow; a sentence where no case has a place."""
    known = [row for row in rows if has_place(row)]
    if not known:
        return tag("p", "No roofline: no case has both operations and a known limit.",
                   class_="intro")  # fmt: skip
    threads = {row["threads"] for row in known}
    places = [_place(row, tells_threads=len(threads) > 1) for row in known]
    roofs = _roofs(places)
    pictures = (
        tag("div", _picture(places, roofs, width), class_=f"picture {name}")
        for width, name in ((WIDE, "roomy"), (NARROW, "narrow"))
    )
    left = len(rows) - len(known)
    said = f"{left:,} of {len(rows):,} cases have no place: their limit is not known."
    return "".join((
        tag("style", style()), *pictures, tag("p", said, class_="intro") if left else "",
    ))  # fmt: skip


def has_place(row: Row) -> bool:
    """Return whether the operations, the bytes, the time and the ceilings of a case are known."""
    needed = ("macs", "moved_bytes", "latency_s", "limit_s", *RATES)
    return all(row[key] for key in needed)


def _place(row: Row, *, tells_threads: bool) -> CasePlace:
    flops = FLOPS_PER_MAC * row["macs"]
    kind = f"{row['dtype']}, {row['threads']} threads" if tells_threads else str(row["dtype"])
    place = PlaceInPlot(flops / row["moved_bytes"], flops / row["latency_s"])
    return CasePlace(row, place, flops / row["limit_s"], kind)


def _roofs(places: Sequence[CasePlace]) -> dict[str, Rates]:
    """Return the highest ceilings that any record has, by what they hold for."""
    found: dict[str, list[Row]] = {}
    for each in places:
        found.setdefault(each.kind, []).append(each.row)
    return {
        kind: Rates(*(max(row[key] for row in rows) for key in RATES))
        for kind, rows in sorted(found.items())
    }


def _picture(places: Sequence[CasePlace], roofs: Mapping[str, Rates], width: float) -> str:
    held = [each.place for each in places]
    held += [PlaceInPlot(each.place.intensity, each.limit) for each in places]
    across, upright = scales(held, roofs.values(), (LEFT, width - RIGHT), (HEIGHT - BOTTOM, TOP))
    numbers = {kind: number for number, kind in enumerate(roofs)}
    height = HEIGHT + LINE * len(roofs)
    room = Room()
    for each in places:
        x, y = across.at(each.place.intensity), upright.at(each.place.rate)
        room.block((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS))
    title = "Operations a second of each case by its operations for each byte moved"
    inside = (
        element("title", title),
        label(0, 16, "Roofline, FLOP/s", look="ink title"),
        label(0, 36, "Point at a mark, or touch it, for its name.", look="weak small hint"),
        label(0, 52, "Hollow: not VALID. Dash: the limit by its own record.",
              look="weak small hint"),
        *grid(across, upright, "FLOP per byte that must move"),
        *_roof_lines(roofs, across, upright),
        *names_of_roofs(roofs, across, upright, room),
        *_legend(roofs),
        *(_limit(each, across, upright) for each in places),
        *(_point(each, numbers[each.kind], across, upright) for each in places),
    )  # fmt: skip
    return element(
        "svg",
        "".join(inside),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="group",
        aria_label=title,
    )


def _roof_lines(roofs: Mapping[str, Rates], across: Scale, upright: Scale) -> Iterator[str]:
    for number, (kind, rates) in enumerate(roofs.items()):
        yield from roof(kind, rates, across, upright, look=colour(number))


def _legend(roofs: Mapping[str, Rates]) -> Iterator[str]:
    """Yield what each roof is, with its colour."""
    for number, (kind, rates) in enumerate(roofs.items()):
        y = HEIGHT + LINE * number
        text = f"{kind}: up to {with_prefix(peak_of(rates), 'FLOP/s')}"
        text += f", {with_prefix(rates.memory, 'B/s')}"
        yield element(
            "line", x1=LEFT, x2=LEFT + 16, y1=y - 4, y2=y - 4, class_=f"roof {colour(number)}"
        )
        yield label(LEFT + 24, y, text, look="ink small")


def _limit(each: CasePlace, across: Scale, upright: Scale) -> str:
    """Return a dash at the limit of a case, and a thin line to it."""
    x, y, at = across.at(each.place.intensity), upright.at(each.place.rate), upright.at(each.limit)
    return element("line", x1=x, x2=x, y1=y, y2=at, class_="grid") + element(
        "line", x1=x - RADIUS, x2=x + RADIUS, y1=at, y2=at, class_="weak"
    )


def _point(each: CasePlace, number: int, across: Scale, upright: Scale) -> str:
    """Return the mark of a case, and its name at the top, which shows while it is pointed at."""
    row = each.row
    batch = f"batch {row['batch_size']:,}"
    rate = with_prefix(each.place.rate, "FLOP/s")
    reached = f"{percent(row['share_of_limit'])} of its limit" if row["share_of_limit"] else ""
    about = ", ".join(filter(None, (rate, reached, str(row["dtype"]), str(row["verdict"]))))
    model = str(row["model"])
    said = f"{model}, {batch}: {about}"
    x, y = across.at(each.place.intensity), upright.at(each.place.rate)
    hollow = row["verdict"] != "VALID"
    named = f"{cut(model, across.end - BATCH_WIDTH)}, {batch}"
    return element(
        "g",
        mark(number, x, y, said, radius=RADIUS, is_hollow=hollow)
        + element(
            "g",
            label(0, 36, named, look="ink") + label(0, 52, about, look="weak small"),
            class_="told",
            aria_hidden="true",
        ),
        class_="point",
        tabindex="0",
        role="img",
        aria_label=said,
    )
