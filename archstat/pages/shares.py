"""Where the work and the memory are: strips of the whole, and a bar for each layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from archstat.documents.cells import for_people
from archstat.documents.units import percent
from archstat.pages.markup import lines, tag, words
from archstat.pages.subject import PageNetwork
from archstat.pictures.families import FAMILIES, family, tokens
from archstat.record import record
from archstat.report.folding import Section
from archstat.report.report import Row
from archstat.report.values import Bytes, Seconds, Value

NAMED_FROM = 0.055
"""The least share of a piece of a strip that has room for a name."""


@record
class Amount:
    """What is shared out among the layers.

    Attributes:
        title: What it is.
        of: What a layer has of it; None where that is not known.
        cell: An amount as a table has it.
    """

    title: str
    of: Callable[[Row], float | None]
    cell: Callable[[float], Value]


def amounts(network: PageNetwork) -> list[Amount]:
    """Return what is shared out: MACs, parameters, memory, and time where it was measured."""
    found = [
        Amount("MACs", lambda row: row.macs, int),
        Amount("parameters", lambda row: row.params, int),
        Amount(
            "activation memory", lambda row: row.activation_bytes, lambda count: Bytes(int(count))
        ),
    ]
    if network.layer_s:
        found.append(Amount("time", lambda row: network.layer_s.get(row.name), Seconds))
    return found


@record
class SharePiece:
    """A section of the network, and its part of an amount."""

    section: Section
    amount: float
    whole: float

    @property
    def share(self) -> float:
        """The part of the whole."""
        return self.amount / self.whole if self.whole else 0.0


def pieces(network: PageNetwork, amount: Amount) -> list[SharePiece]:
    """Return the part of each section."""
    sums = [sum(amount.of(row) or 0 for row in each.rows) for each in network.sections]
    whole = sum(sums)
    return [
        SharePiece(section, part, whole)
        for section, part in zip(network.sections, sums, strict=True)
    ]


def shares(network: PageNetwork) -> str:
    """Return the strips, a legend, and the table of bars."""
    every = ((amount, pieces(network, amount)) for amount in amounts(network))
    found = [(amount, parts) for amount, parts in every if any(part.whole for part in parts)]
    if not found:
        return ""
    strips = (_strip(amount, parts) for amount, parts in found)
    return lines((tag("div", *strips, class_="strips"), _legend(network), _table(network, found)))


def _strip(amount: Amount, parts: Sequence[SharePiece]) -> str:
    whole = words(for_people(amount.cell(parts[0].whole)))
    head = tag("div", tag("b", words(amount.title)), " ", tag("span", whole, class_="weak"))
    shown = (_piece(amount, part) for part in parts if part.amount)
    return tag("div", head, tag("div", *shown, class_="strip"))


def _piece(amount: Amount, part: SharePiece) -> str:
    name, share = part.section.whole.name, percent(part.share)
    said = f"{name}: {for_people(amount.cell(part.amount))} {amount.title}, {share}"
    content = ""
    if part.share >= NAMED_FROM:
        content = tag("b", words(name)) + tag("span", words(share))
    return tag(
        "div",
        content,
        class_=f"piece k-{family(part.section.rows)}",
        style=f"flex-grow:{1000 * part.share:.2f}",
        title=said,
        tabindex="0",
        aria_label=said,
        role="img",
        data_layers=tokens(part.section.rows, name),
    )


def _legend(network: PageNetwork) -> str:
    there = {family(section.rows) for section in network.sections}
    items = (
        tag("li", tag("i", class_=f"swatch k-{key}"), words(said))
        for key, said in FAMILIES.items()
        if key in there
    )
    return tag("ul", *items, class_="families")


def _table(network: PageNetwork, found: Sequence[tuple[Amount, Sequence[SharePiece]]]) -> str:
    titles = "".join(
        tag(
            "th",
            words(amount.title),
            " ",
            tag("span", "share, and up to here", class_="weak"),
            scope="col",
        )
        for amount, _ in found
    )
    caption = tag(
        "caption", words(f"What each layer of {network.report.model} has of all"), class_="unseen"
    )
    head = tag("thead", tag("tr", tag("th", "layer", scope="col"), titles))
    table = tag("table", caption, head, tag("tbody", *_rows(network, found)), class_="bars")
    summary = tag("summary", "Layer by layer, with cumulative shares")
    return tag("details", summary, tag("div", table, class_="wide"), open=not network.is_folded)


def _rows(
    network: PageNetwork, found: Sequence[tuple[Amount, Sequence[SharePiece]]]
) -> Iterator[str]:
    sums = [list(accumulate(part.share for part in parts)) for _, parts in found]
    for at, section in enumerate(network.sections):
        if not any(parts[at].amount for _, parts in found):
            continue
        cells = (
            _bar(parts[at].share, upto[at]) for (_, parts), upto in zip(found, sums, strict=True)
        )
        name = tag("th", words(section.whole.name), scope="row")
        names = tokens(section.rows, section.whole.name)
        yield tag("tr", name, *cells, data_layers=names)


def _bar(share: float, upto: float) -> str:
    """Return a cell: the share as a bar, with a tick at the sum of all shares up to here."""
    if not share:
        return tag("td", tag("span", "–", class_="weak"))
    bar = tag("i", class_="bar", style=f"--w:{100 * share:.2f}%;--c:{100 * upto:.2f}%")
    own, total = (
        tag(name, f"{100 * part:.1f} %") for name, part in (("b", share), ("small", upto))
    )
    return tag("td", tag("div", bar, own, total, class_="share"))
