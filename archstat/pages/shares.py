"""Where the work and the memory are: strips of the whole, and a bar for each layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice

from archstat.documents.cells import for_people
from archstat.documents.units import percent
from archstat.pages.layers import MANY_LAYERS, opener
from archstat.pages.markup import lines, tag, words
from archstat.pages.subject import PageNetwork
from archstat.pictures.families import FAMILIES, family, tokens
from archstat.record import record
from archstat.report.report import Row
from archstat.report.values import Bytes, Seconds, Value

NAMED_FROM = 0.055
"""The least share of a piece of a strip that has room for a name."""

LONGEST_NAME = 10
"""Letters of a name that is written whole into a piece; of others, its last part."""


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
    """A section of the network, or a layer, and its part of an amount.

    Attributes:
        before: What all before it have.
        is_whole: Whether all of it is known.
    """

    rows: tuple[Row, ...]
    amount: float
    before: float
    whole: float
    is_whole: bool

    @property
    def share(self) -> float:
        """The part of the whole."""
        return self.amount / self.whole if self.whole else 0.0

    @property
    def upto(self) -> float:
        """The part of the whole that it has together with all before it."""
        return (self.before + self.amount) / self.whole if self.whole else 0.0


def pieces(groups: Sequence[tuple[Row, ...]], amount: Amount) -> list[SharePiece]:
    """Return the part of each group of layers."""
    amounts = [[amount.of(row) for row in rows] for rows in groups]
    sums = [sum(part or 0 for part in parts) for parts in amounts]
    return [
        SharePiece(rows, part, upto - part, sum(sums), None not in parts)
        for rows, part, upto, parts in zip(groups, sums, accumulate(sums), amounts, strict=True)
    ]


def shares(network: PageNetwork) -> str:
    """Return the strips, a legend, and the table of bars."""
    groups = [section.rows for section in network.sections]
    every = ((amount, pieces(groups, amount)) for amount in amounts(network))
    found = [(amount, parts) for amount, parts in every if any(part.whole for part in parts)]
    if not found:
        return ""
    strips = (_strip(network, amount, parts) for amount, parts in found)
    table = _table(network, [amount for amount, _ in found])
    return lines((tag("div", *strips, class_="strips"), _legend(network), table))


def _strip(network: PageNetwork, amount: Amount, parts: Sequence[SharePiece]) -> str:
    least = "" if all(part.is_whole for part in parts) else "≥ "
    whole = words(least + for_people(amount.cell(parts[0].whole)))
    head = tag("div", tag("b", words(amount.title)), " ", tag("span", whole, class_="weak"))
    shown = (
        _piece(section.whole.name, amount, part)
        for section, part in zip(network.sections, parts, strict=True)
        if part.amount
    )
    return tag("div", head, tag("div", *shown, class_="strip"))


def _piece(name: str, amount: Amount, part: SharePiece) -> str:
    share = percent(part.share)
    said = f"{name}: {for_people(amount.cell(part.amount))} {amount.title}, {share}"
    content = ""
    if part.share >= NAMED_FROM:
        short = name if len(name) <= LONGEST_NAME else name.rpartition(".")[2]
        content = tag("b", words(short)) + tag("span", words(share))
    return tag(
        "div",
        content,
        class_=f"piece k-{family(part.rows)}",
        style=f"flex-grow:{1000 * part.share:.2f}",
        title=said,
        tabindex="0",
        aria_label=said,
        role="img",
        data_layers=tokens(part.rows, name),
    )


def _legend(network: PageNetwork) -> str:
    there = {family(section.rows) for section in network.sections}
    items = (
        tag("li", tag("i", class_=f"swatch k-{key}"), words(said))
        for key, said in FAMILIES.items()
        if key in there
    )
    return tag("ul", *items, class_="families")


def _table(network: PageNetwork, found: Sequence[Amount]) -> str:
    titles = "".join(
        tag(
            "th",
            words(amount.title),
            " ",
            tag("span", "share, and up to here", class_="weak"),
            scope="col",
        )
        for amount in found
    )
    caption = tag(
        "caption", words(f"What each layer of {network.report.model} has of all"), class_="unseen"
    )
    head = tag("thead", tag("tr", tag("th", "layer", scope="col"), titles))
    table = tag("table", caption, head, *_bodies(network, found), class_="bars")
    summary = tag("summary", "Layer by layer, with cumulative shares")
    return tag("details", summary, tag("div", table, class_="wide"), open=not network.is_folded)


def _bodies(network: PageNetwork, found: Sequence[Amount]) -> Iterator[str]:
    """Yield the layers; those of a section below a row of their own, which opens them."""
    groups = [section.rows for section in network.sections]
    of_sections = list(zip(*(pieces(groups, amount) for amount in found), strict=True))
    layers = [(row,) for row in network.report.layers]
    of_layers = iter(zip(*(pieces(layers, amount) for amount in found), strict=True))
    is_small = len(layers) <= MANY_LAYERS
    for section, parts in zip(network.sections, of_sections, strict=True):
        inner = list(islice(of_layers, len(section.rows)))
        if not section.is_folded:
            yield tag("tbody", _row(words(section.whole.name), parts))
        elif not is_small:
            yield tag("tbody", _row(words(section.whole.name), parts, section.whole.name))
        else:
            rows = (_row(words(each[0].rows[0].name), each, look="inner") for each in inner)
            head = _row(opener(section), parts, section.whole.name, look="section")
            yield tag("tbody", head, *rows, class_="fold")


def _row(head: str, parts: Sequence[SharePiece], name: str = "", look: str | None = None) -> str:
    if not any(part.amount for part in parts) and all(part.is_whole for part in parts):
        return ""
    names = tokens(parts[0].rows, name)
    return tag(
        "tr", tag("th", head, scope="row"), *map(_bar, parts), class_=look, data_layers=names
    )


def _bar(part: SharePiece) -> str:
    """Return a cell: the share as a bar, with a tick at the sum of all shares up to here."""
    if not part.amount:
        return tag("td", tag("span", "–" if part.is_whole else "?", class_="weak"))
    share, upto = 100 * part.share, 100 * part.upto
    bar = tag("i", class_="bar", style=f"--w:{share:.2f}%;--c:{upto:.2f}%")
    least = "" if part.is_whole else "≥ "
    own, total = tag("b", f"{least}{share:.1f} %"), tag("small", f"{upto:.1f} %")
    return tag("td", tag("div", bar, own, total, class_="share"))
