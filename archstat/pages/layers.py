"""The table of layers: sorted, filtered and copied by whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archstat.documents.cells import for_json, for_people
from archstat.documents.report import all_columns, said_columns
from archstat.documents.view import View
from archstat.pages.formulas import OF_COLUMN
from archstat.pages.markup import lines, tag, words
from archstat.pages.subject import PageNetwork
from archstat.pictures.families import tokens
from archstat.report.columns import COLUMNS, TRAINING, LayerColumn
from archstat.report.folding import Section
from archstat.report.report import Row
from archstat.report.values import Bytes, Seconds, Value

MORE = (
    "biases",
    "params",
    "params_share",
    "macs_share",
    "activation_bytes",
    "effective_stride",
    "effective_padding",
    *TRAINING,
)
"""Columns that a reader may add to the usual ones."""

MANY_LAYERS = 400
"""From here on a page has the usual columns only, so that it opens at once."""

Links = Mapping[str, Mapping[str, str]]
"""The ids of formulas, by layer and quantity."""


def columns_of(network: PageNetwork) -> list[LayerColumn]:
    """Return the columns that a page has, in the order of the tables; none that says nothing."""
    report, view = network.report, View(trains=network.report.trains)
    usual = all_columns(report, view)
    more = ("activation_bytes",) if len(report.layers) > MANY_LAYERS else MORE
    keys = {each.key for each in usual} | set(more)
    every = [column for key, column in COLUMNS.items() if key in keys]
    return [*said_columns(report, View(), every)]


def layers(network: PageNetwork, links: Links) -> str:
    """Return the table, with what sorts, filters and copies it."""
    columns = columns_of(network)
    head = "".join(_title(column, at) for at, column in enumerate(columns))
    caption = tag("caption", words(f"The layers of {network.report.model}"), class_="unseen")
    table = tag(
        "table",
        caption,
        tag("thead", tag("tr", head)),
        *_bodies(network, columns, links),
        tag("tfoot", _totals(network, columns)),
        class_="layers",
        data_batch=network.report.batch_size if network.report.batch_size > 1 else None,
        id=f"{network.letter}layers",
    )
    style = tag("style", _hidden(network, columns))
    tools = _tools(network, columns)
    return lines(
        (
            style,
            tools,
            tag(
                "div",
                table,
                class_="wide tall",
                tabindex="0",
                role="region",
                aria_label=f"The layers of {network.report.model}",
            ),
        )
    )


def _title(column: LayerColumn, at: int) -> str:
    button = tag("button", words(column.title), type="button", data_sort=at)
    look = "t" if column.is_text else "n"
    return tag("th", button, scope="col", class_=look, data_key=column.key)


def _hidden(network: PageNetwork, columns: Sequence[LayerColumn]) -> str:
    """Return the style that leaves out columns: some at first, and all that are not wanted."""
    table = f"#{network.letter}layers"
    states = (
        (at, f":not(.show-{column.key})" if column.key in MORE else f".hide-{column.key}")
        for at, column in enumerate(columns, 1)
    )
    return "".join(f"{table}{state} tr>:nth-child({at}){{display:none}}" for at, state in states)


def _tools(network: PageNetwork, columns: Sequence[LayerColumn]) -> str:
    target = f"{network.letter}layers"
    search = tag(
        "input",
        type="search",
        placeholder="filter: conv, fc6, 13×13 …",
        aria_label=f"Filter the layers of {network.report.model}",
        data_filter=target,
    )
    choices = (
        tag(
            "label",
            tag(
                "input",
                type="checkbox",
                data_show=column.key,
                data_of=target,
                checked=column.key not in MORE,
                disabled=column.key == "layer",
            ),
            words(column.title),
        )
        for column in columns
    )
    chooser = tag("details", tag("summary", "Columns"), tag("div", *choices), class_="menu")
    copies = (
        tag("button", f"Copy {name}", type="button", data_copy=key, data_of=target)
        for key, name in (("markdown", "Markdown"), ("csv", "CSV"), ("latex", "LaTeX"))
    )
    unfold = ""
    if network.is_folded:
        unfold = tag("button", "Open all", type="button", data_unfold=target)
    said = tag("span", class_="said", role="status", data_said=target)
    return tag("div", search, chooser, unfold, *copies, said, class_="tools needs-js")


def _bodies(network: PageNetwork, columns: Sequence[LayerColumn], links: Links) -> Iterator[str]:
    single: list[str] = []
    for section in network.sections:
        if not section.is_folded:
            single.append(_row(section.whole, network, columns, links))
            continue
        if single:
            yield tag("tbody", *single)
            single = []
        rows = (_row(row, network, columns, links, is_inner=True) for row in section.rows)
        yield tag("tbody", _section(section, network, columns), *rows, class_="fold")
    if single:
        yield tag("tbody", *single)


def opener(section: Section) -> str:
    """Return what opens the layers of a section: its name, with a box that is ticked."""
    count = len(section.rows)
    box = tag(
        "input", type="checkbox", aria_label=f"Show the {count} layers of {section.whole.name}"
    )
    return tag(
        "label", box, words(section.whole.name), " ", tag("span", f"{count} layers", class_="weak")
    )


def _section(section: Section, network: PageNetwork, columns: Sequence[LayerColumn]) -> str:
    cells = [
        _cell(column.value(section.whole, network.report.totals), column) for column in columns[1:]
    ]
    head = tag("th", opener(section), scope="row")
    names = tokens(section.rows, section.whole.name)
    return tag("tr", head, *cells, class_="section", data_layers=names)


def _row(
    row: Row,
    network: PageNetwork,
    columns: Sequence[LayerColumn],
    links: Links,
    *,
    is_inner: bool = False,
) -> str:
    known = links.get(row.name, {})
    cells = [
        _cell(
            column.value(row, network.report.totals),
            column,
            known.get(OF_COLUMN.get(column.key, "")),
        )
        for column in columns[1:]
    ]
    look = " ".join(filter(None, ("inner" * is_inner, "" if row.params or row.macs else "light")))
    head = tag("th", words(row.name), scope="row")
    return tag("tr", head, *cells, class_=look or None, data_layers=tokens((row,)))


def _cell(value: Value, column: LayerColumn, link: str | None = None) -> str:
    text = words(for_people(value))
    if link is not None and text not in {"–", "?"}:
        text = tag("a", text, href=f"#{link}")
    exact = for_json(value) if isinstance(value, (Bytes, Seconds)) else None
    return tag("td", text, class_="t" if column.is_text else None, data_v=_plain(exact))


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def _totals(network: PageNetwork, columns: Sequence[LayerColumn]) -> str:
    values = [column.total(network.report.totals) for column in columns]
    cells = [
        tag("td") if value == "" else _cell(value, column)
        for value, column in zip(values[1:], columns[1:], strict=True)
    ]
    return tag("tr", tag("th", "total", scope="row"), *cells)
