"""Networks and sheets for the tests of homework."""

from __future__ import annotations

from archstat.homework.answers.truth import Truth, truth_of
from archstat.homework.marking.marking import Marked, mark
from archstat.homework.marking.policy import Policy
from archstat.homework.others.other import Others
from archstat.homework.reading.table import FoundTable
from archstat.homework.sheet.columns import columns_of
from archstat.homework.sheet.sheet import sheet_of
from archstat.models.spec.resolve import Variant, resolve
from archstat.report.report import report_on

_KNOWN: dict[str, Truth] = {}


def truth(name: str, **changes: object) -> Truth:
    """Return what is true of a network; it is worked out once, as nothing changes it."""
    asked = repr((name, changes))
    if asked not in _KNOWN:
        graph = resolve(name, Variant(**changes))
        _KNOWN[asked] = truth_of(graph, report_on(graph))
    return _KNOWN[asked]


def sheet(header: str, *rows: str) -> FoundTable:
    """Return a table whose cells are written with "|" between them."""

    def cells(line: str) -> tuple[str, ...]:
        return tuple(cell.strip() for cell in line.split("|"))

    return FoundTable("table 1", cells(header), tuple(map(cells, rows)))


def marked(
    table: FoundTable,
    name: str,
    policy: Policy | None = None,
    others: Others | None = None,
    **changes: object,
) -> Marked:
    sheets = [sheet_of(table, columns_of(table))]
    return mark(sheets, truth(name, **changes), policy or Policy(), others)


def verdicts(result: Marked) -> list[str]:
    """Return the marks of all cells, a word a row."""
    rows: dict[int, str] = {}
    for one in result.marks:
        rows[one.entry.row] = rows.get(one.entry.row, "") + one.verdict.value
    return list(rows.values())
