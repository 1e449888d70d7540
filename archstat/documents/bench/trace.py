"""What a trace of torch.profiler says of a model: each layer's time beside its floor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archstat.bench.traces.summary import TracedLayer, TraceFigures, macs
from archstat.documents.bench.figures import records_table
from archstat.documents.cells import EMPTY, NOTHING, UNKNOWN, Cell
from archstat.documents.document import Column, Document, Line, Notes, Table
from archstat.documents.units import TimeUnit, percent, time_unit, with_prefix
from archstat.record import record

SECOND = 1e9
MOST_NAMED = 3
FIELDS = (
    "layer",
    "kind",
    "latency_s",
    "share",
    "macs",
    "macs_per_s",
    "floor_s",
    "share_of_floor",
    "bound",
)


@record
class TraceSubject:
    """What a trace is of.

    Attributes:
        where: What computed, in words.
        ceilings: Of which the floors are, in words; empty without any.
    """

    file: str
    model: str
    batch_size: int
    dtype: str
    where: str
    ceilings: str = ""


def trace_document(found: TraceFigures, subject: TraceSubject) -> Document:
    """Return what a trace says of a model."""
    table = _table(found)
    return Document(
        "bench-trace",
        f"{subject.model}: a trace of torch.profiler",
        about=tuple(_about(found, subject)),
        parts=(table, Notes(tuple(_notes(found)))),
        records=lambda: records_table(FIELDS, _records(found)),
        facts={
            "model": subject.model,
            "batch_size": subject.batch_size,
            "dtype": subject.dtype,
            "passes": found.passes,
            "sum_s": found.sum_ns / SECOND,
            "share_mapped": found.mapped_ns / found.total_ns if found.total_ns else None,
            "unmapped": [
                {"operator": name, "calls": calls, "time_s": ns / SECOND}
                for name, calls, ns in found.others
            ],
        },
    )


def _about(found: TraceFigures, subject: TraceSubject) -> Iterator[str]:
    passes = "1 pass" if found.passes == 1 else f"{found.passes:,} passes, of which the median"
    yield f"{subject.file}: {passes}, batch of {subject.batch_size:,}, {subject.dtype}"
    clock = "by its kernels" if found.on_device else "by the host's clock"
    yield f"{subject.where}, {clock}" if subject.where else f"times {clock}"
    if subject.ceilings:
        yield f"floors at the ceilings of {subject.ceilings}"


def _table(found: TraceFigures) -> Table:
    unit = time_unit([found.sum_ns / SECOND / max(1, len(found.layers))])  # of what takes long
    beside = (
        Column("share_of_floor", "% of floor"),
        Column("bound", "bound by", is_text=True, importance=2),
    )
    columns = (
        Column("layer", "layer", is_text=True),
        Column("kind", "kind", is_text=True, importance=0),
        Column("latency", "time", unit=unit.name),
        Column("share", "share", importance=3),
        Column("macs_per_s", "MACs/s"),
        Column("floor", "floor", unit=unit.name),
        *(beside if found.limit is not None else ()),
    )
    lines = tuple(Line(tuple(_cells(layer, found, unit))) for layer in found.layers)
    total = sum(layer.floor_s or 0.0 for layer in found.layers)
    floor = UNKNOWN if found.limit is None else unit.number(total)
    rest: list[Cell] = [EMPTY, floor]
    if found.limit is not None and found.sum_ns:
        rest.append(percent(total / (found.sum_ns / SECOND)))
    foot = Line(("sum", EMPTY, unit.number(found.sum_ns / SECOND), EMPTY, *rest))
    return Table(columns, lines, (foot,))


def _cells(layer: TracedLayer, found: TraceFigures, unit: TimeUnit) -> Iterator[Cell]:
    yield from (_name(layer), layer.kind, unit.number(layer.ns / SECOND))
    yield percent(layer.ns / found.sum_ns) if found.sum_ns else NOTHING
    rate = layer.flop_per_s
    yield NOTHING if rate is None else with_prefix(rate / 2, "")
    if found.limit is None:
        yield UNKNOWN
        return
    yield NOTHING if layer.floor_s is None else unit.number(layer.floor_s)
    yield NOTHING if layer.of_floor is None else percent(layer.of_floor)
    yield layer.bound or NOTHING


def _name(layer: TracedLayer) -> str:
    more = len(layer.names) - 1
    return f"{layer.names[0]} and {more} more" if more else layer.names[0]


def _records(found: TraceFigures) -> Iterator[dict[str, Any]]:
    for layer in found.layers:
        rate = layer.flop_per_s
        yield {
            "layer": " + ".join(layer.names),
            "kind": layer.kind,
            "latency_s": layer.ns / SECOND,
            "share": layer.ns / found.sum_ns if found.sum_ns else None,
            "macs": macs(layer),
            "macs_per_s": None if rate is None else rate / 2,
            "floor_s": layer.floor_s,
            "share_of_floor": layer.of_floor,
            "bound": layer.bound or None,
        }


def _notes(found: TraceFigures) -> Iterator[str]:
    if found.total_ns:
        share = percent(found.mapped_ns / found.total_ns)
        yield f"{share} of the time of all operators in the trace is that of these layers"
    spent = [each for each in found.others if each[2]]
    if spent:
        named = ", ".join(
            f"{name.removeprefix('aten::')} ({_calls(calls)}, {percent(ns / found.total_ns)})"
            for name, calls, ns in spent[:MOST_NAMED]
        )
        more = len(spent) - MOST_NAMED
        yield f"of no layer: {named}" + (f" and {more} more" if more > 0 else "")
    if found.limit is None:
        yield (
            "no ceilings are known, so no floors: archstat ceilings -o FILE measures them, and "
            "--on FILE takes them"
        )
    if not found.on_device:
        yield "a profiler slows what is short: archstat bench --layers measures without one"
    if any(layer.of_floor and layer.of_floor > 1 for layer in found.layers):
        yield (
            "over 100 % of the floor: what a layer works on lies in a cache that is faster than "
            "the memory, or the ceilings are of a slower device or fewer threads"
        )


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"
