"""The layers of a case: each beside its floor, with the sum, the remainder and the whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from archstat.bench.layer_summary import Breakdown, LayerFigures, breakdown, failure
from archstat.bench.protocol import SECOND
from archstat.bench.record import Record, Result
from archstat.documents.cells import NOTHING, for_spreadsheets
from archstat.documents.letters import printable
from archstat.documents.units import TimeUnit, bar, percent, time_unit
from archstat.formats.json import printed
from archstat.formats.markdown import escaped, table_line
from archstat.renderers.bench.csv import CASE
from archstat.renderers.grid import aligned, display_width

FormatName: TypeAlias = Literal["table", "markdown", "csv", "json"]

TITLES = ("layer", "kind", "latency", "share", "", "floor", "% of floor", "bound by")
NUMBERS = (2, 3, 5, 6)
"""Of the columns, those that line up on the right."""

FEET = ("sum", "remainder", "whole")
RULE = "─"
BAR_WIDTH = 8
"""Letters of the bar of the layer that takes most."""


def render_layers(record: Record, result: Result, format_name: FormatName) -> str:
    """Return the layers of a result in one of the formats; why there are none, where there are not.

    In CSV, and in JSON as null, there is nothing then.
    """
    found = breakdown(record, result)
    if format_name == "json":
        return printed(to_dict(found)) if found else "null\n"
    if format_name == "csv":
        return _csv(result, found)
    if found is None:
        return f"{_heading(result)}: {failure(result) or 'not measured'}\n"
    return _markdown(result, found) if format_name == "markdown" else _text(result, found)


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


def _heading(result: Result) -> str:
    return printable(f"layers of {result.case}")


def _text(result: Result, found: Breakdown) -> str:
    unit = _unit(found)
    titles = ["" if title == "" else _titled(title, unit) for title in TITLES]
    head, *rows = aligned([titles, *_rows(found, unit)], right=NUMBERS).splitlines()
    rule = RULE * max(map(display_width, [head, *rows]))
    feet = len(FEET)
    lines = [_heading(result), "", head, rule, *rows[:-feet], rule, *rows[-feet:]]
    if found.notes:
        lines += ["", *(f"note: {printable(note)}" for note in found.notes)]
    return "\n".join(lines) + "\n"


def _markdown(result: Result, found: Breakdown) -> str:
    unit = _unit(found)
    rules = ["---:" if number in NUMBERS else ":---" for number in range(len(TITLES))]
    lines = [
        f"**{escaped(_heading(result))}**",
        "",
        table_line([_titled(title, unit) for title in TITLES]),
        table_line(rules),
        *(table_line([escaped(text) for text in row]) for row in _rows(found, unit)),
    ]
    if found.notes:
        lines += ["", *(f"- {escaped(printable(note))}" for note in found.notes)]
    return "\n".join(lines) + "\n"


def _unit(found: Breakdown) -> TimeUnit:
    return time_unit([layer.ns / SECOND for layer in found.layers])


def _titled(title: str, unit: TimeUnit) -> str:
    return f"{title} [{unit.name}]" if title in {"latency", "floor"} else title


def _rows(found: Breakdown, unit: TimeUnit) -> Iterator[list[str]]:
    """Yield a line of texts for each layer, and the feet."""
    most = max((layer.share for layer in found.layers), default=0.0)
    for layer in found.layers:
        yield [
            printable(layer.name),
            printable(layer.kind),
            unit.number(layer.ns / SECOND),
            percent(layer.share),
            bar(layer.share / most if most else 0.0, BAR_WIDTH),
            NOTHING if layer.floor_s is None else unit.number(layer.floor_s),
            NOTHING if layer.of_floor is None else percent(layer.of_floor),
            layer.bound or NOTHING,
        ]
    for name, ns in zip(FEET, (found.sum_ns, found.remainder_ns, found.whole_ns), strict=True):
        sign = "−" if ns < 0 else ""
        time = sign + unit.number(abs(ns) / SECOND)
        yield [name, "", time, sign + percent(abs(ns) / found.whole_ns), "", "", "", ""]


def _csv(result: Result, found: Breakdown | None) -> str:
    """Return a line a layer in SI units, and the remainder and the whole in lines of their own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    fields = ("latency_s", "share", "floor_s", "share_of_floor", "bound")
    writer.writerow((*CASE, "layer", "kind", *fields))
    plain = result.case.to_dict()
    case = [for_spreadsheets(printable(str(plain[field]))) for field in CASE]
    for layer in found.layers if found else ():
        names = (for_spreadsheets(printable(text)) for text in (layer.name, layer.kind))
        numbers = (layer.ns / SECOND, layer.share, layer.floor_s, layer.of_floor, layer.bound)
        writer.writerow((*case, *names, *numbers))
    if found:
        for name, ns in (("(remainder)", found.remainder_ns), ("(whole)", found.whole_ns)):
            writer.writerow((*case, name, "", ns / SECOND, ns / found.whole_ns, "", "", ""))
    return text.getvalue()
