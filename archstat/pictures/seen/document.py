"""What a unit sees as what a command answers."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.analyses.receptive_field import Interval
from archstat.documents.document import Column, Document, Line, Notes, Part, Picture, Table
from archstat.layers.base import times
from archstat.pictures.seen.picture import cut_off, field_sketch
from archstat.pictures.sketch.svg import svg_of
from archstat.record import record
from archstat.report.unit_field import Effective, UnitField
from archstat.report.values import PerAxis

DRAWN_AXES = 2


@record
class AskedOfField:
    """What was asked of a unit, beside what it sees.

    Attributes:
        nested: What units before it see.
        image: The address of the image that it is drawn on.
        effective: How much each pixel matters to it.
        pixel: A pixel of which is asked what it reaches.
        reached: The units that it reaches, along each axis.
        remarks: What the size of the image means.
    """

    nested: Sequence[UnitField] = ()
    image: str | None = None
    effective: Effective | None = None
    pixel: tuple[int, ...] | None = None
    reached: Sequence[Interval | None] = ()
    remarks: tuple[str, ...] = ()


def field_document(view: UnitField, asked: AskedOfField) -> Document:
    """Return what a unit sees."""
    parts: list[Part] = []
    is_drawn = len(view.axes) == DRAWN_AXES
    if is_drawn:
        parts.append(
            Picture(
                f"what {view.layer} sees",
                lambda: svg_of(
                    field_sketch(
                        view,
                        nested=asked.nested,
                        image=asked.image,
                        effective=asked.effective,
                        pixel=asked.pixel,
                        reached=asked.reached,
                    )
                ),
            )
        )
    table = _table([*asked.nested, view])
    return Document(
        "field",
        f"{view.model}: the receptive field of {view.layer}",
        about=(_of(view),),
        parts=(*parts, table, *([Notes(asked.remarks)] if asked.remarks else [])),
        conclusion=_conclusion(view, asked),
        records=lambda: table,
        facts=_facts(view, asked),
        no_picture="" if is_drawn else _no_picture(view),
    )


def _no_picture(view: UnitField) -> str:
    return f"{view.source} is {times(view.image)}, and only rows and columns are drawn"


def _of(view: UnitField) -> str:
    if view.source == "input":
        return f"image {times(view.image)}, pixels and units counted from 0"
    return f"counted in units of {view.source}, {times(view.image)} of them, from 0"


def _table(views: Sequence[UnitField]) -> Table:
    """Return one line a layer; an axis of the image is a column."""
    columns = (
        Column("layer", "layer", is_text=True),
        Column("unit", "unit", is_text=True),
        Column("units", "of units", is_text=True),
        Column("size", "sees", is_text=True),
        *(Column(axis.name, axis.name, is_text=True) for axis in views[0].axes),
        Column("stride", "stride"),
        Column("cut_off", "cut off", is_text=True),
    )
    lines = (
        Line(
            (
                view.layer,
                ",".join(map(str, view.unit)),
                times(view.units),
                times(view.size),
                *(f"{axis.first} … {axis.last}" for axis in view.axes),
                PerAxis(tuple(axis.stride for axis in view.axes)),
                cut_off(view),
            )
        )
        for view in views
    )
    return Table(columns, tuple(lines))


def _conclusion(view: UnitField, asked: AskedOfField) -> str:
    what = "pixel" if view.source == "input" else "unit"
    unit = ",".join(map(str, view.unit))
    if asked.pixel is not None:
        place = ",".join(map(str, asked.pixel))
        if None in asked.reached or not asked.reached:
            return f"{what} {place} reaches no unit of {view.layer}"
        spans = [each for each in asked.reached if each is not None]
        counts = times([last - first + 1 for first, last in spans])
        where = " and ".join(
            f"{axis.name} {first} to {last}"
            for axis, (first, last) in zip(view.axes, spans, strict=True)
        )
        return f"{what} {place} reaches {counts} units of {view.layer}: {where}"
    cut = cut_off(view)
    rest = "" if cut == "nothing" else f", {cut} cut off"
    effect = asked.effective
    more = "" if effect is None else (
        f"; as many matter as in a square of {effect.side:.1f}"
    )  # fmt: skip
    return f"unit {unit} of {view.layer} sees {times(view.size)} {what}s{rest}{more}"


def _facts(view: UnitField, asked: AskedOfField) -> dict[str, object]:
    facts: dict[str, object] = {
        "model": view.model,
        "layer": view.layer,
        "source": view.source,
        "image": list(view.image),
        "unit": list(view.unit),
        "first": [axis.first for axis in view.axes],
        "last": [axis.last for axis in view.axes],
        "size": list(view.size),
        "seen": [axis.seen for axis in view.axes],
    }
    if asked.pixel is not None:
        facts["pixel"] = list(asked.pixel)
        facts["reached"] = [each and list(each) for each in asked.reached]
    if asked.effective is not None:
        facts["effective_side"] = round(asked.effective.side, 2)
        facts["runs"] = asked.effective.runs
    return facts
