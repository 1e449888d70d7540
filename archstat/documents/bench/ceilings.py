"""What devices can do at best, and what that allows a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from archstat.bench.case import BYTES
from archstat.bench.limits.device import DeviceLimit
from archstat.bench.record import CONV, MATMUL, MEMORY, Ceiling, Record, to_dict
from archstat.bench.statistics import Interval
from archstat.bench.summary import best
from archstat.bench.work import LayerWork, Work, layer_s
from archstat.documents.cells import EMPTY, Cell, Number
from archstat.documents.document import Column, Document, Line, Notes, Table
from archstat.documents.units import TimeUnit, significant, time_unit, with_prefix
from archstat.report.values import Seconds

MIB = 1 << 20

OF_DEVICE = (
    Column("device", "device", is_text=True),
    Column("dtype", "type", is_text=True),
    Column("threads", "threads", importance=0),
)
OF_CEILINGS = (
    *OF_DEVICE,
    Column("resource", "resource", is_text=True),
    Column("set_bytes", "on", unit="MiB"),
    Column("best", "at best"),
    Column("interval", "its 95 % interval", importance=2),
    Column("usual", "median"),
    Column("probe", "by", is_text=True, wraps=True, importance=1),
)
DATA_SHEET, MEASURED = "data sheet", "measured"
NAMES = {CONV: "convolutions", MATMUL: "matrix products", MEMORY: "memory"}
UNITS = {CONV: "FLOP/s", MATMUL: "FLOP/s", MEMORY: "B/s"}


def ceilings_document(record: Record) -> Document:
    """Return what each probe's best reached; JSON is the record, which is read back."""
    lines = tuple(
        Line(
            (
                one.device,
                one.dtype,
                one.threads or "",
                NAMES[resource],
                Number(one.set_bytes, f"{one.set_bytes // MIB:,}") if one.set_bytes else "",
                Number(max(one.rates), with_prefix(max(one.rates), UNITS[resource])),
                _rates_range(one.interval, UNITS[resource]),
                Number(median(one.rates), with_prefix(median(one.rates), UNITS[resource])),
                one.probe,
            )
        )
        for resource, one in _peaks(record.ceilings)
    )
    return Document(
        "ceilings",
        "What these devices can do at best",
        about=tuple(_about(record)),
        parts=(Table(OF_CEILINGS, lines, fixed=3),),
        data=lambda: to_dict(record),
    )


def _about(record: Record) -> Iterator[str]:
    version = record.environment.get("software", {}).get("torch")
    for device in dict.fromkeys(one.device for one in record.ceilings):
        name = record.environment.get(device, {}).get("name")
        yield f"{device}: " + ", ".join(
            filter(None, (str(name or ""), f"torch {version}" if version else ""))
        )


def _peaks(ceilings: Sequence[Ceiling]) -> Iterator[tuple[str, Ceiling]]:
    """Yield the best probe of each resource, for each size of what memory was measured on."""
    for key in dict.fromkeys(one.surroundings for one in ceilings):
        mine = [one for one in ceilings if one.surroundings == key]
        for resource in (CONV, MATMUL):
            if (peak := best(mine, resource)) is not None:
                yield resource, peak
        for size in sorted({one.set_bytes for one in mine if one.set_bytes}):
            peak = best([one for one in mine if one.set_bytes == size], MEMORY)
            if peak is not None:
                yield MEMORY, peak


def limits_document(
    about: Mapping[str, Any], work: Work, limits: Sequence[DeviceLimit], *, layers: bool
) -> Document:
    """Return the least time of a pass on each device, and of each layer if wanted."""
    unit = time_unit([limit.floor.fused_s for limit in limits])
    before = (
        *(column for column in OF_DEVICE if column.key != "device"),
        Column("name", "on", is_text=True, wraps=True),
        Column("rates", "rates", is_text=True, importance=4),
        Column("limit_s", "limit", unit=unit.name),
    )
    behind = (
        Column("usual_s", "at the median", unit=unit.name, importance=3),
        Column("layerwise_s", "layer by layer", unit=unit.name, importance=2),
        Column("examples_per_s", f"{about['example']}s/s at most"),
        Column("bound", "bound by", is_text=True),
    )
    low_high = Column("interval", "its 95 % interval", unit=unit.name, importance=5)
    ends = Column("limit_low_s", "limit, low"), Column("limit_high_s", "limit, high")

    def line(limit: DeviceLimit, between: Sequence[Cell]) -> Line:
        floor, usual = limit.floor, limit.usual
        cells: tuple[Cell, ...] = (
            limit.dtype,
            limit.threads or "",
            limit.name,
            rates_of(limit),
            Number(floor.fused_s, unit.number(floor.fused_s)),
            *between,
            "" if usual is None else Number(usual.fused_s, unit.number(usual.fused_s)),
            Number(floor.layerwise_s, unit.number(floor.layerwise_s)),
            _rate(about["batch_size"] / floor.fused_s),
            floor.bound,
        )
        return Line(cells)

    def records() -> Table:
        lines = (
            line(limit, [*map(Number, limit.interval)] if limit.interval else ["", ""])
            for limit in limits
        )
        return Table((*before, *ends, *behind), tuple(lines))

    lines = tuple(line(limit, [_range(limit.interval, unit)]) for limit in limits)
    table = Table((*before, low_high, *behind), lines)
    seen = table.without_empty({"threads", "interval", "usual_s"})
    parts = (seen, _layers(work, limits)) if layers else (seen,)
    return Document(
        "limit",
        about["title"],
        about=(about["asked"],),
        parts=(*parts, Notes(tuple(_notes(work, limits)))),
        records=records,
        facts={key: about[key] for key in ("model", "batch_size")},
    )


def _range(interval: Interval | None, unit: TimeUnit) -> Cell:
    """Return where a time lies."""
    return "" if interval is None else f"[{', '.join(map(unit.number, interval))}]"


def _rates_range(interval: Interval | None, unit: str) -> Cell:
    """Return where a rate lies."""
    return "" if interval is None else " to ".join(with_prefix(end, unit) for end in interval)


def _rate(value: float) -> Number:
    return Number(value, significant(value) if value < 1e6 else with_prefix(value, ""))  # noqa: PLR2004


def _notes(work: Work, limits: Sequence[DeviceLimit]) -> Iterator[str]:
    rates = (
        "these rates"
        if any(limit.is_stated for limit in limits)
        else "the rates that were measured"
    )
    yield (
        f"no schedule is faster than the limit at {rates}; layer by layer is the same where each "
        "layer reads and writes all that it works on"
    )
    yield from notes_on_rates(limits)
    if work.uncounted:
        yield f"not counted, so limits are too low: {', '.join(work.uncounted)}"


def rates_of(limit: DeviceLimit) -> str:
    """Return whether the rates of a limit were measured."""
    return DATA_SHEET if limit.is_stated else MEASURED


def notes_on_rates(limits: Sequence[DeviceLimit]) -> Iterator[str]:
    """Yield how the rates of devices were measured, or where they are stated."""
    sources: dict[tuple[str, bool], dict[str, None]] = {}
    for limit in limits:
        sources.setdefault((limit.source, limit.is_stated), {})[limit.name] = None
    for (source, is_stated), names in sources.items():
        stated = (
            "peaks as the vendor states them, which no probe reaches, so that a measured limit "
        )
        words = f"{stated}is longer ({source})" if is_stated else source
        yield f"{', '.join(names)}: {words}"


def _layers(work: Work, limits: Iterable[DeviceLimit]) -> Table:
    several = list(limits)
    columns = [Column("layer", "layer", is_text=True)]
    for at, limit in enumerate(several):
        group = f"{limit.dtype} on {limit.name}"
        columns.append(Column(f"floor_{at}_s", "floor", group=group))
        if limit.ends is not None:
            columns.append(Column(f"floor_{at}_low_s", "from", group=group, importance=1))
            columns.append(Column(f"floor_{at}_high_s", "to", group=group, importance=1))
    lines = tuple(
        Line((layer.name, *(cell for limit in several for cell in _floors(layer, limit))))
        for layer in work.layers
    )
    title = "The least time of each layer by itself"
    if any(limit.ends for limit in several):
        title += ", and from where to where that of another measurement lies"
    return Table(tuple(columns), lines, title=title)


def _floors(layer: LayerWork, limit: DeviceLimit) -> Iterator[Cell]:
    """Yield the least seconds of a layer, at the rates and at both ends of their intervals."""
    for rates in (limit.rates, *(limit.ends or ())[::-1]):
        seconds = layer_s(layer, rates, number_bytes=BYTES[limit.dtype])
        yield Seconds(seconds) if seconds else EMPTY
