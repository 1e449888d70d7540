"""The columns of figures, one entry each: what tables for people show, and in which order it goes.

A column that no row has anything in is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archstat.bench.statistics import Interval
from archstat.bench.summary import Figures, Limit
from archstat.documents.cells import NOTHING
from archstat.documents.units import TimeUnit, bar, duration, percent, significant
from archstat.renderers.bench.sheet import Row, Sheet

STEADY_MARK, LIMIT_MARK = "†", "*"

BAR_WIDTH = 10

TIME = "{time}"
"""Stands for the unit of time that fits."""


@dataclass(frozen=True)
class Column:
    """A figure in words.

    Attributes:
        text: What a row has; None for nothing.
        unit: Below the title.
        is_picture: Whether it is for terminals only, and says what another one says.
        importance: The least important columns leave a narrow terminal first; None never leaves.
    """

    title: str
    text: Callable[[Row, TimeUnit], str | None]
    unit: str = ""
    importance: int | None = None
    is_text: bool = False
    is_picture: bool = False


def _time(of: Callable[[Figures], float | None]) -> Callable[[Row, TimeUnit], str | None]:
    def text(row: Row, unit: TimeUnit) -> str | None:
        seconds = None if row.figures is None else of(row.figures)
        return None if seconds is None else unit.number(seconds)

    return text


def _limit_time(of: Callable[[Limit], float]) -> Callable[[Row, TimeUnit], str | None]:
    return _time(lambda found: None if found.limit is None else of(found.limit))


def _share(row: Row, _unit: TimeUnit) -> str | None:
    limit = row.figures.limit if row.figures else None
    return None if limit is None else percent(limit.share)


def _bar(row: Row, _unit: TimeUnit) -> str | None:
    limit = row.figures.limit if row.figures else None
    return None if limit is None else bar(limit.share, BAR_WIDTH).ljust(BAR_WIDTH)


def _share_interval(row: Row, _unit: TimeUnit) -> str | None:
    limit = row.figures.limit if row.figures else None
    return None if limit is None else _interval(limit.interval, _bare_percent)


def _bare_percent(share: float) -> str:
    return percent(share).removesuffix(" %")


def _interval(interval: Interval | None, number: Callable[[float], str]) -> str | None:
    return None if interval is None else f"[{number(interval.low)}, {number(interval.high)}]"


def _latency_interval(row: Row, unit: TimeUnit) -> str | None:
    return _interval(row.figures.interval, unit.number) if row.figures else None


def _throughput(row: Row, _unit: TimeUnit) -> str | None:
    return significant(row.figures.examples_per_s) if row.figures else None


def _epoch(row: Row, _unit: TimeUnit) -> str | None:
    return None if row.epoch_s is None else duration(row.epoch_s)


def _bound(row: Row, _unit: TimeUnit) -> str | None:
    return (row.figures.bound or None) if row.figures else None


SHARE = Column("% of limit", _share)
BAR = Column("", _bar, importance=0, is_text=True, is_picture=True)
VERDICT = Column("verdict", lambda row, _: row.verdict.value, is_text=True)
THROUGHPUT = "{examples}/s"

COLUMNS = (
    Column("median", _time(lambda found: found.latency_s), TIME),
    Column("95 % interval", _latency_interval, TIME, importance=9),
    Column("p5", _time(lambda found: found.low_s), TIME, importance=2),
    Column("p95", _time(lambda found: found.p95_s), TIME, importance=5),
    Column("p99", _time(lambda found: found.p99_s), TIME, importance=1),
    Column(THROUGHPUT, _throughput),
    Column("epoch", _epoch),
    Column("device time", _time(lambda found: found.device_s), TIME, importance=6),
    Column(f"limit{LIMIT_MARK}", _limit_time(lambda limit: limit.floor.fused_s), TIME, 7),
    SHARE,
    BAR,
    Column("its 95 % interval", _share_interval, "%", importance=3),
    Column("bound by", _bound, importance=8, is_text=True),
    Column(f"at the ceilings{STEADY_MARK}", _limit_time(lambda limit: limit.steady_s), TIME, 4),
    VERDICT,
)


def used(sheet: Sheet, *, has_pictures: bool = False) -> list[Column]:
    """Return the columns that a row has something in."""
    return [
        column
        for column in COLUMNS
        if (has_pictures or not column.is_picture)
        and any(column.text(row, sheet.unit) is not None for row in sheet.rows)
    ]


def title(column: Column, sheet: Sheet) -> str:
    """Return the title of a column, without its unit."""
    return column.title.format(examples=f"{sheet.example}s")


def unit(column: Column, sheet: Sheet) -> str:
    """Return the unit of a column."""
    return column.unit.format(time=sheet.unit.name)


def cells(columns: Sequence[Column], row: Row, sheet: Sheet) -> list[str]:
    """Return what a row has in each column."""
    texts = (column.text(row, sheet.unit) for column in columns)
    return [NOTHING if text is None else text for text in texts]
