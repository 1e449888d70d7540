"""Where a number comes from: the counts that come to it, or what a tool counts, as a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archstat.documents.cells import Number
from archstat.documents.document import Column, Document, Line, Sentences, Table
from archstat.report.itemizing import itemized
from archstat.report.reconciling import Origin
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


def origins_document(
    value: int, model: str, origins: Sequence[Origin], *, is_found: bool
) -> Document:
    """Return the ways to come to a number, each with its parts.

    Args:
        value: The number.
        model: What the network is called.
        origins: The ways to come to it, or the nearest.
        is_found: Whether they come to it, rounded as it may be.
    """
    if not origins[0].off:
        title = f"{value:,} is exactly this:"
    elif is_found:
        title = f"{value:,} is this, rounded:"
    else:
        title = f"{value:,} is no count of {model} that is known; the nearest are:"
    return Document(
        "reconciliation",
        title,
        parts=tuple(
            Sentences(tuple(_said(origin, is_found=is_found)), hangs=True, is_list=True)
            for origin in origins
        ),
        records=lambda: _records(origins),
        facts={"model": model, "value": value, "found": is_found},
    )


def _said(origin: Origin, *, is_found: bool) -> Iterator[str]:
    """Yield the parts of a count, of which network it is, and how far off the number is."""
    yield f"{origin.counted}: {itemized(origin.items, batch_size=origin.batch_size)}"
    if origin.variant.words:
        yield origin.variant.words
    if origin.batch_size > 1:
        yield f"for a batch of {origin.batch_size}"
    if origin.off and not is_found:
        side = "more" if origin.off > 0 else "less"
        yield f"the number in question is {abs(origin.off):,} {side}"


def _records(origins: Sequence[Origin]) -> Table:
    lines = (
        Line(
            (
                origin.counted,
                Number(origin.value),
                Number(origin.off),
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
