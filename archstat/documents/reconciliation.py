"""Where a number comes from: the counts that come to it, or what a tool counts, as a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archstat.documents.cells import Number
from archstat.documents.document import Column, Document, Line, Notes, Sentences, Table
from archstat.report.itemizing import itemized
from archstat.report.quoted import Fit, Quoted
from archstat.report.reconciling import CountOrigin
from archstat.report.tool_count import ToolCount

RECORDS = (
    Column("counted", "counted", is_text=True),
    Column("value", "value"),
    Column("off", "off"),
    Column("variant", "variant", is_text=True),
    Column("batch_size", "batch size"),
    Column("parts", "parts", is_text=True, wraps=True),
)
PARTS = (Column("count", "count"), Column("words", "what", is_text=True, wraps=True))


def origins_document(number: Quoted, model: str, origins: Sequence[CountOrigin]) -> Document:
    """Return the ways to come to a number, each with its parts.

    Args:
        number: The number.
        model: What the network is called.
        origins: The ways to come to it, or the nearest.
    """
    value, fit = int(number.value), origins[0].fit
    written = number.text if number.is_of_bytes else f"{value:,}"
    if fit is Fit.EXACT:
        title = f"{written} is exactly this:"
    elif fit is not None:
        title = f"{written} is this, {fit.value}:"
    else:
        title = f"{written} is no count of {model} that is known; the nearest are:"
    return Document(
        "reconciliation",
        title,
        parts=tuple(
            Sentences(tuple(_said(origin)), hangs=True, is_list=True) for origin in origins
        ),
        records=lambda: _records(origins),
        facts={"model": model, "value": value, "found": fit is not None},
    )


def _said(origin: CountOrigin) -> Iterator[str]:
    """Yield the parts of a count, of which network it is, and how far off the number is."""
    yield f"{origin.counted}: {itemized(origin.items, batch_size=origin.batch_size)}"
    if origin.variant.words:
        yield origin.variant.words
    if origin.batch_size > 1:
        yield f"for a batch of {origin.batch_size}"
    if origin.fit is None:
        side = "more" if origin.off > 0 else "less"
        yield f"the number in question is {abs(int(origin.off)):,} {side}"


def _records(origins: Sequence[CountOrigin]) -> Table:
    lines = (
        Line(
            (
                origin.counted,
                Number(origin.value),
                Number(int(origin.off)),
                origin.variant.words,
                origin.batch_size,
                itemized(origin.items, batch_size=origin.batch_size),
            )
        )
        for origin in origins
    )
    return Table(RECORDS, tuple(lines))


def tool_document(counted: ToolCount) -> Document:
    """Return a tool's number as the sum that it is; what is left over with the layers it is in."""
    is_explained = not counted.remainder
    return Document(
        "reconciliation",
        f"{counted.tool} counts {counted.count:,} {counted.unit} in {counted.model}:",
        parts=(
            Table(
                PARTS,
                tuple(Line(cells) for cells in _parts(counted)),
                (
                    Line(
                        (Number(counted.count, f"= {counted.count:,}"), f"what {counted.tool} says")
                    ),
                ),
                has_titles=False,
                is_ruled=False,
                is_indented=True,
            ),
            *([Notes((counted.doubt,))] if counted.doubt else []),
        ),
        conclusion="Its convention explains all of it, to the unit." if is_explained else "",
        facts={
            "model": counted.model,
            "tool": counted.tool,
            "value": counted.count,
            "explained": is_explained,
            "remainder": counted.remainder,
        },
    )


def _parts(counted: ToolCount) -> Iterator[tuple[Number, str]]:
    first, *others = counted.items
    yield Number(first.count), first.words
    yield from ((_signed(item.count), item.words) for item in others)
    for layer in counted.layers:
        yield _signed(layer.off), f"unexplained, in layer {layer.name!r} ({layer.kind})"
    if counted.elsewhere:
        yield _signed(counted.elsewhere), "unexplained, in no layer alone"


def _signed(count: int) -> Number:
    return Number(count, f"{'−' if count < 0 else '+'} {abs(count):,}")
