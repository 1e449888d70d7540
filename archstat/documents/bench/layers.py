"""The layers of a case: each beside its floor, with the sum, the remainder and the whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archstat.bench.layer_summary import Breakdown, LayerFigures, breakdown, failure
from archstat.bench.protocol import SECOND
from archstat.bench.record import Record, Result
from archstat.documents.bench.figures import CASE, records_table
from archstat.documents.cells import EMPTY, NOTHING, Cell
from archstat.documents.document import Column, Document, Line, Notes, Part, Sentences, Table
from archstat.documents.units import TimeUnit, bar, percent, time_unit
from archstat.report.values import Named

FIELDS = (*CASE, "layer", "kind", "latency_s", "share", "floor_s", "share_of_floor", "bound")
FEET = ("sum", "remainder", "whole")
BAR_WIDTH = 8
"""Letters of the bar of the layer that takes most."""


def layers_document(record: Record, result: Result) -> Document:
    """Return the layers of a result; why there are none, where there are not."""
    found, title = breakdown(record, result), f"layers of {result.case}"
    parts: tuple[Part, ...]
    if found is None:
        parts = (Sentences((f"{title}: {failure(result) or 'not measured'}",)),)
    else:
        parts = (_table(found, title), Notes(tuple(found.notes)))
    return Document(
        "bench-layers",
        "",
        parts=parts,
        records=lambda: records_table(FIELDS, _records(result, found)),
        data=None if found is None else lambda: to_dict(found),
        is_bare=True,
    )


def _records(result: Result, found: Breakdown | None) -> Iterator[dict[str, Any]]:
    """Yield a row a layer in SI units, and the remainder and the whole in rows of their own."""
    case = result.case.to_dict()
    if found is None:
        return
    for layer in found.layers:
        yield {
            **case,
            "layer": layer.name,
            "kind": layer.kind,
            "latency_s": layer.ns / SECOND,
            "share": layer.share,
            "floor_s": layer.floor_s,
            "share_of_floor": layer.of_floor,
            "bound": layer.bound,
        }
    for name, ns in (("(remainder)", found.remainder_ns), ("(whole)", found.whole_ns)):
        yield {**case, "layer": name, "latency_s": ns / SECOND, "share": ns / found.whole_ns}


def to_dict(found: Breakdown) -> dict[str, Any]:
    """Return the layers as the JSON contract has them; sum and remainder are the whole exactly."""
    return {
        "layers": [_layer(layer) for layer in found.layers],
        "sum_ns": found.sum_ns,
        "remainder_ns": found.remainder_ns,
        "whole_ns": found.whole_ns,
        "rounds": found.rounds,
        "set_aside": found.set_aside,
        "notes": list(found.notes),
    }


def _layer(layer: LayerFigures) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "latency_ns": layer.ns,
        "share": layer.share,
        "floor_s": layer.floor_s,
        "share_of_floor": layer.of_floor,
        "bound": layer.bound or None,
    }


def _table(found: Breakdown, title: str) -> Table:
    unit = time_unit([layer.ns / SECOND for layer in found.layers])
    most = max((layer.share for layer in found.layers), default=0.0)
    columns = (
        Column("layer", "layer", is_text=True),
        Column("kind", "kind", is_text=True, importance=1),
        Column("latency", "latency", unit=unit.name),
        Column("share", "share"),
        Column("bar", "", is_text=True, importance=0),
        Column("floor", "floor", unit=unit.name),
        Column("share_of_floor", "% of floor"),
        Column("bound", "bound by", is_text=True, importance=2),
    )
    lines = (Line(tuple(_cells(layer, most, unit))) for layer in found.layers)
    sums = zip(FEET, (found.sum_ns, found.remainder_ns, found.whole_ns), strict=True)
    foot = (Line(_foot(name, ns, found.whole_ns, unit)) for name, ns in sums)
    return Table(columns, tuple(lines), tuple(foot), title=title)


def _cells(layer: LayerFigures, most: float, unit: TimeUnit) -> Iterator[Cell]:
    yield from (layer.name, layer.kind, unit.number(layer.ns / SECOND), percent(layer.share))
    yield Named("", bar(layer.share / most if most else 0.0, BAR_WIDTH))
    yield NOTHING if layer.floor_s is None else unit.number(layer.floor_s)
    yield NOTHING if layer.of_floor is None else percent(layer.of_floor)
    yield layer.bound or NOTHING


def _foot(name: str, ns: int, whole_ns: int, unit: TimeUnit) -> tuple[Cell, ...]:
    sign = "−" if ns < 0 else ""
    time = sign + unit.number(abs(ns) / SECOND)
    return name, EMPTY, time, sign + percent(abs(ns) / whole_ns), *[EMPTY] * 4
