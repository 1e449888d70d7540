"""The columns of figures, one entry each; a column that no row has anything in is left out."""

from __future__ import annotations

from collections.abc import Callable

from archstat.bench.statistics import Interval
from archstat.bench.summary import Figures, Limit, Publishable
from archstat.documents.bench.sheet import CaseRow, CaseSetting, CaseSheet
from archstat.documents.cells import NOTHING, Cell, Look, Sign
from archstat.documents.document import Column
from archstat.documents.units import TimeUnit, bar, duration, percent, significant
from archstat.record import record
from archstat.report.values import Named

BAR_WIDTH = 10
TIME = "{time}"
"""Stands for the unit of time that fits."""

LIMIT_NOTE = (
    "* no schedule is faster at the rates measured in this run: every operation at the peak of its "
    "kind, every weight, input and output moved once"
)
STEADY_NOTE = (
    "† the latency with the device at its best of this run, by the probes beside each sample"
)

MARKS = {
    Publishable.VALID: Look.GOOD,
    Publishable.UNSTABLE: Look.DOUBT,
    Publishable.CONTENDED: Look.DOUBT,
    Publishable.THROTTLED: Look.DOUBT,
    Publishable.OVER: Look.BAD,
    Publishable.FAILED: Look.BAD,
}


@record
class Figure:
    """A figure of a row.

    Attributes:
        cell: What a row has; None for nothing.
        unit: Below the title.
        importance: The least important leave a narrow terminal first; None never leaves.
        footnote: What the sign behind the title means.
    """

    title: str
    cell: Callable[[CaseRow, TimeUnit], Cell]
    unit: str = ""
    importance: int | None = None
    is_text: bool = False
    is_picture: bool = False
    look: Look = Look.NORMAL
    footnote: str = ""

    def column(self, sheet: CaseSheet) -> Column:
        """Return the column of a table."""
        title = self.title.format(examples=f"{sheet.example}s")
        return Column(
            title,
            title,
            unit=self.unit.format(time=sheet.unit.name),
            is_text=self.is_text,
            importance=self.importance,
            is_picture=self.is_picture,
            look=self.look,
            footnote=self.footnote,
        )


def setting_column(setting: CaseSetting) -> Column:
    """Return the column of a setting by which rows differ."""
    return Column(setting.title, setting.title, is_text=not setting.is_number)


def setting_cell(setting: CaseSetting, row: CaseRow) -> Cell:
    """Return what a row has there."""
    return setting.text(row.case) or NOTHING


def _time(of: Callable[[Figures], float | None]) -> Callable[[CaseRow, TimeUnit], Cell]:
    def cell(row: CaseRow, unit: TimeUnit) -> Cell:
        seconds = None if row.figures is None else of(row.figures)
        return None if seconds is None else unit.number(seconds)

    return cell


def _limit_time(of: Callable[[Limit], float]) -> Callable[[CaseRow, TimeUnit], Cell]:
    return _time(lambda found: None if found.limit is None else of(found.limit))


def _limit(row: CaseRow) -> Limit | None:
    return row.figures.limit if row.figures else None


def _share(row: CaseRow, _unit: TimeUnit) -> Cell:
    limit = _limit(row)
    return None if limit is None else percent(limit.share)


def _bar(row: CaseRow, _unit: TimeUnit) -> Cell:
    limit = _limit(row)
    return None if limit is None else Named("", bar(limit.share, BAR_WIDTH).ljust(BAR_WIDTH))


def _share_interval(row: CaseRow, _unit: TimeUnit) -> Cell:
    limit = _limit(row)
    return None if limit is None else _interval(limit.interval, _bare_percent)


def _bare_percent(share: float) -> str:
    return percent(share).removesuffix(" %")


def _interval(interval: Interval | None, number: Callable[[float], str]) -> Cell:
    return None if interval is None else f"[{number(interval.low)}, {number(interval.high)}]"


def _latency_interval(row: CaseRow, unit: TimeUnit) -> Cell:
    return _interval(row.figures.interval, unit.number) if row.figures else None


def _throughput(row: CaseRow, _unit: TimeUnit) -> Cell:
    return significant(row.figures.examples_per_s) if row.figures else None


def _epoch(row: CaseRow, _unit: TimeUnit) -> Cell:
    return None if row.epoch_s is None else duration(row.epoch_s)


def _bound(row: CaseRow, _unit: TimeUnit) -> Cell:
    return (row.figures.bound or None) if row.figures else None


def _verdict(row: CaseRow, _unit: TimeUnit) -> Cell:
    return Sign(row.verdict.value, row.verdict.value, look=MARKS[row.verdict])


FIGURES = (
    Figure("median", _time(lambda found: found.latency_s), TIME),
    Figure("95 % interval", _latency_interval, TIME, importance=9),
    Figure("p5", _time(lambda found: found.low_s), TIME, importance=2),
    Figure("p95", _time(lambda found: found.p95_s), TIME, importance=5),
    Figure("p99", _time(lambda found: found.p99_s), TIME, importance=1),
    Figure("{examples}/s", _throughput),
    Figure("epoch", _epoch),
    Figure("device time", _time(lambda found: found.device_s), TIME, importance=6),
    Figure(
        "limit*",
        _limit_time(lambda limit: limit.floor.fused_s),
        TIME,
        importance=7,
        footnote=LIMIT_NOTE,
    ),
    Figure("% of limit", _share, look=Look.STRONG),
    Figure("", _bar, importance=0, is_text=True, is_picture=True, look=Look.OTHER),
    Figure("its 95 % interval", _share_interval, "%", importance=3),
    Figure("bound by", _bound, importance=8, is_text=True),
    Figure(
        "at the ceilings†",
        _limit_time(lambda limit: limit.steady_s),
        TIME,
        importance=4,
        footnote=STEADY_NOTE,
    ),
    Figure("verdict", _verdict, is_text=True),
)


def used(sheet: CaseSheet) -> list[Figure]:
    """Return the figures that a row has."""
    return [
        figure
        for figure in FIGURES
        if any(figure.cell(row, sheet.unit) is not None for row in sheet.rows)
    ]


def cells(figures: list[Figure], row: CaseRow, sheet: CaseSheet) -> list[Cell]:
    """Return what a row has in each column."""
    found = (figure.cell(row, sheet.unit) for figure in figures)
    return [NOTHING if cell is None else cell for cell in found]
