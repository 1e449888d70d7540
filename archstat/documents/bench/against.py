"""Measured cases beside the limits of devices that were named: a row a case and a device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archstat.bench.limits.reached import ReachedLimit, ReachedOnDevice
from archstat.documents.bench.ceilings import notes_on_rates, rates_of
from archstat.documents.bench.columns import setting_cell, setting_column
from archstat.documents.bench.sheet import CaseRow, CaseSheet
from archstat.documents.cells import UNKNOWN, Cell, Number
from archstat.documents.document import Column, Line, Notes, Part, Table
from archstat.documents.units import percent

FIELDS = (
    "against",
    "against_rates",
    "against_limit_s",
    "against_share",
    "against_share_low",
    "against_share_high",
)


def against_parts(sheet: CaseSheet, reached: Sequence[ReachedOnDevice]) -> Iterator[Part]:
    """Yield a table with the share of each limit that each case reaches, and what it is of."""
    columns = (
        *map(setting_column, sheet.varying),
        Column("on", "on", is_text=True, wraps=True),
        Column("rates", "rates", is_text=True, importance=0),
        Column("median", "median", unit=sheet.unit.name),
        Column("limit", "limit", unit=sheet.unit.name),
        Column("share", "% of limit"),
        Column("interval", "its 95 % interval", unit="%", importance=1),
    )
    lines = tuple(_line(sheet, row, one) for one in reached for row in sheet.rows_of(one.case))
    yield Table(
        columns, lines, fixed=len(sheet.varying), title="Beside the limits of these devices"
    )
    yield Notes(tuple(notes_on_rates([one.limit for one in reached])))


def _line(sheet: CaseSheet, row: CaseRow, one: ReachedOnDevice) -> Line:
    unit, least = sheet.unit, one.limit.floor.fused_s
    interval: Cell = ""
    if one.interval is not None:
        low, high = (percent(end).removesuffix(" %") for end in one.interval)
        interval = f"[{low}, {high}]"
    return Line(
        (
            *(setting_cell(setting, row) for setting in sheet.varying),
            one.limit.name,
            rates_of(one.limit),
            UNKNOWN if row.figures is None else unit.number(row.figures.latency_s),
            Number(least, unit.number(least)),
            UNKNOWN if one.share is None else percent(one.share),
            interval,
        )
    )


def against_fields(one: ReachedOnDevice) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a case beside a device."""
    low, high = one.interval or (None, None)
    values = (one.limit.name, rates_of(one.limit), one.limit.floor.fused_s, one.share, low, high)
    yield from zip(FIELDS, values, strict=True)


def to_dict(one: ReachedOnDevice) -> Mapping[str, Any]:
    """Return a case beside a device as the JSON contract has it."""
    return {
        "on": one.limit.name,
        "rates": rates_of(one.limit),
        "source": one.limit.source,
        "limit_s": one.limit.floor.fused_s,
        "share": one.share,
        "interval": one.interval,
    }


def short_of(sheet: CaseSheet, one: ReachedLimit, least: float) -> str:
    """Return that a case reaches less of its limit than it should, in words."""
    where = f" on {one.limit.name}" if isinstance(one, ReachedOnDevice) else ""
    label = sheet.label(one.case)
    if one.share is None:
        return f"{label}: nothing is known of its share of the limit{where}"
    return f"{label}: {percent(one.share)} of the limit{where}, which is less than {percent(least)}"
