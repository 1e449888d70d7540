"""Tables of the atlas: sorted by a click on a title, searched by words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from archstat.documents.cells import NOTHING, UNKNOWN, with_time_unit, with_unit
from archstat.documents.units import significant, time_unit
from archstat.pages.markup import lines, tag, words

Row = Mapping[str, Any]

SHAPE = re.compile(r"\d+(x\d+)*")
TIMES = re.compile(r"(?<=\d)x(?=\d)")

WORDS = {"text": "t", "prose": "t prose", "shape": "t"}
"""Kinds of columns that hold words, by how these look; prose is folded."""

COUNTS = frozenset({"count", "bytes"})
"""Kinds of columns that are counted: of what was not, there is a sign."""

FEW = 2
"""Rows in which nobody needs to search."""

MANY = 30
"""Rows from which a table is scrolled under its titles."""


class AtlasColumn(NamedTuple):
    """A column: its key in a row, its title, and how a value is written."""

    key: str
    title: str
    kind: str = "text"


COLUMNS: Mapping[str, AtlasColumn] = {
    column.key: column
    for column in (
        AtlasColumn("model", "model"),
        AtlasColumn("device_name", "device"),
        AtlasColumn("store", "store"),
        AtlasColumn("input", "input", "shape"),
        AtlasColumn("batch_size", "batch", "count"),
        AtlasColumn("dtype", "type"),
        AtlasColumn("mode", "mode"),
        AtlasColumn("params", "params", "count"),
        AtlasColumn("macs", "MACs", "count"),
        AtlasColumn("activation_bytes", "activations", "bytes"),
        AtlasColumn("latency_s", "latency", "time"),
        AtlasColumn("interval", "95 % interval"),
        AtlasColumn("examples_per_s", "examples/s", "rate"),
        AtlasColumn("share_of_limit", "% of limit", "share"),
        AtlasColumn("verdict", "verdict"),
        AtlasColumn("reason", "why", "prose"),
        AtlasColumn("day", "date"),
        AtlasColumn("cases", "cases", "count"),
        AtlasColumn("models", "models", "count"),
        AtlasColumn("torch", "torch"),
        AtlasColumn("case", "case"),
        AtlasColumn("change", "change"),
        AtlasColumn("layer", "layer"),
        AtlasColumn("kind", "kind"),
        AtlasColumn("out_shape", "output", "shape"),
    )
}


def table(
    name: str, keys: Sequence[str], rows: Iterable[Row], links: Mapping[str, str], caption: str
) -> str:
    """Return a table with a field to search it, and one that chooses a column on a phone.

    Args:
        name: Its id.
        keys: Of its columns; those in which nothing stands are left out.
        rows: What stands in it.
        links: Where the words of the first column lead to.
        caption: What it is, for those who do not see it.
    """
    found = list(rows)
    columns = [COLUMNS[key] for key in keys if any(row.get(key) not in (None, "") for row in found)]
    heads = (tag("th", tag("button", words(each.title), type="button"), scope="col",
                 class_=_look(each)) for each in columns)  # fmt: skip
    body = lines(tag("tr", *_cells(columns, row, links)) for row in found)
    label = tag("label", "Search: ", tag("input", type="search", data_of=name,
                aria_label=f"Search {caption.lower()}")) if len(found) > FEW else ""  # fmt: skip
    options = (tag("option", words(each.title), value=str(at))
               for at, each in enumerate(columns) if at)  # fmt: skip
    choice = tag("label", "Column: ",
                 tag("select", tag("option", "all", value=""), *options, data_of=name),
                 class_="choice")  # fmt: skip
    search = tag("p", label, tag("output"), choice, class_="tools needs-js")
    whole = tag(
        "table",
        tag("caption", words(caption), class_="unseen"),
        tag("thead", tag("tr", *heads)),
        tag("tbody", body),
        id=name,
        class_="layers atlas",
    )
    return search + tag("div", whole, class_="wide tall" if len(found) > MANY else "wide")


def with_interval(row: Row) -> dict[str, Any]:
    """Return a row with the interval of its latency in words; empty where it has none."""
    found = {**row, "interval": ""}
    if row["latency_low_s"] is not None:
        unit = time_unit([row["latency_s"]])
        low, high = (unit.number(row[key]) for key in ("latency_low_s", "latency_high_s"))
        found["interval"] = f"{low} to {high} {unit.name}"
    return found


def _cells(columns: Sequence[AtlasColumn], row: Row, links: Mapping[str, str]) -> Iterable[str]:
    for at, column in enumerate(columns):
        value = row.get(column.key)
        text = words(written_macs(row) if column.key == "macs" else written(column.kind, value))
        if at == 0:
            link = links.get(str(value))
            yield tag("th", tag("a", text, href=link) if link else text, scope="row")
        else:
            yield tag("td", text, class_=_look(column), data_v=_order(column.kind, value))


def _order(kind: str, value: Any) -> str | None:
    """Return what a cell is sorted by, where it is not what it says.

    >>> _order("shape", "3x224x224"), _order("count", 1234), _order("count", None)
    ('150528', '1234', '')
    """
    if kind == "shape":
        sizes = SHAPE.fullmatch(str(value or ""))
        return str(prod(map(int, sizes[0].split("x")))) if sizes else None
    if kind in WORDS:
        return None
    return "" if value is None else repr(value)


def _look(column: AtlasColumn) -> str | None:
    return WORDS.get(column.kind)


def written_macs(row: Row) -> str:
    """Return the MACs of a row as people read them; at least so many, where some are not counted.

    >>> written_macs({"macs": 1234, "is_whole": 0}), written_macs({"macs": 1234, "is_whole": 1})
    ('≥ 1,234', '1,234')
    """
    text = written("count", row["macs"])
    return f"≥ {text}" if row["macs"] and row.get("is_whole") == 0 else text


def written(kind: str, value: Any) -> str:  # noqa: PLR0911  a case for each kind
    """Return a value as people read it.

    >>> written("time", 0.0168), written("share", 0.256), written("count", 1234), written("rate", 9)
    ('16.8 ms', '26 %', '1,234', '9.00')
    >>> written("count", 0), written("count", None), written("time", None)
    ('–', '?', '')
    >>> written("shape", "3x224x224")
    '3×224×224'
    """
    if value is None:
        return UNKNOWN if kind in COUNTS else ""
    if value == 0 and kind in COUNTS:
        return NOTHING
    match kind:
        case "shape":
            return TIMES.sub("×", str(value))
        case "count":
            return f"{value:,}"
        case "bytes":
            return with_unit(int(value))
        case "time":
            return with_time_unit(float(value))
        case "rate":
            return significant(float(value))
        case "share":
            return f"{100 * value:.0f} %"
    return str(value)
