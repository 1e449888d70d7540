"""The totals of a network beside limits."""

from __future__ import annotations

from collections.abc import Mapping

from archstat.documents.cells import EMPTY, Cell, Look, Number, Sign
from archstat.documents.document import Column, Document, Line, Table
from archstat.report.report import NetworkReport
from archstat.report.values import Named

HOLDS = Sign("✓", "holds", "within the limit", Look.GOOD)
OVER = Sign("✗", "over", "over the limit", Look.BAD)

COLUMNS = (
    Column("verdict", "", is_text=True),
    Column("total", "total", is_text=True),
    Column("value", "value"),
    Column("limit", "limit", is_text=True, in_text="of {}"),
    Column("share", "% of limit"),
)


def budget_document(report: NetworkReport, limits: Mapping[str, int]) -> Document:
    """Return the totals that have a limit, each with whether it holds."""
    totals = {key: getattr(report.totals, key) for key in limits}
    lines = tuple(Line(_cells(key, totals[key], most)) for key, most in limits.items())
    return Document(
        "budget",
        f"{report.model}: {report.title}" if report.title else report.model,
        parts=(Table(COLUMNS, lines, has_titles=False),),
        facts={"model": report.model, "holds": all(totals[key] <= limits[key] for key in limits)},
        is_bare=True,
    )


def _cells(key: str, value: int, most: int) -> tuple[Cell, ...]:
    share = Number(value / most, f"{100 * value / most:.1f} %") if most else EMPTY
    verdict = OVER if value > most else HOLDS
    return verdict, Named(key, key.replace("_", " ")), Number(value), Number(most), share
