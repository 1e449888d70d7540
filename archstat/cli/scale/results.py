"""`archstat results`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archstat.cli.output import destination
from archstat.cli.shared import FormatOption, Output, answering
from archstat.errors import UsageError, within

USUAL = (
    "status",
    "what",
    "model",
    "input",
    "batch_size",
    "device",
    "dtype",
    "mode",
    "params",
    "macs",
    "latency_s",
    "latency_low_s",
    "latency_high_s",
    "examples_per_s",
    "share_of_limit",
    "verdict",
    "reason",
)

EPILOG = """\b
Examples:
  archstat results store
  archstat results store --where 'batch_size>=32' --sort -examples_per_s
  archstat results h200 cpu --best examples_per_s --per model,store
  archstat results june july --compare store
  archstat results store --compare dtype --figure examples_per_s
  archstat results store --sql 'select device, count(*) from cases group by device'
  archstat results store -o all.csv
"""


def results(
    stores: Annotated[
        list[str],
        typer.Argument(
            metavar="STORE…",
            help="Folders of archstat sweep; their cases stand beside each other.",
            show_default=False,
        ),
    ],
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION", help="Such as 'model=timm/*' or 'batch_size>=32'. Repeatable."
        ),
    ] = None,
    best: Annotated[
        str | None,
        typer.Option(metavar="FIGURE", help="Only the best of each group by this figure."),
    ] = None,
    per: Annotated[
        str, typer.Option(metavar="KEY,…", help="With --best: what makes a group.")
    ] = "model,device",
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="Cases that differ in nothing else beside each other, as by store."
        ),
    ] = None,
    figure: Annotated[
        str | None,
        typer.Option(metavar="FIGURE", help="With --compare: of what.  [default: latency_s]"),
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="KEY,…", help="Columns; 'all' for all of them.")
    ] = None,
    sort: Annotated[
        str | None, typer.Option(metavar="KEY", help="Sort by it; -KEY from the greatest down.")
    ] = None,
    top: Annotated[int | None, typer.Option(metavar="N", help="Only the first N rows.")] = None,
    sql: Annotated[
        str | None,
        typer.Option(metavar="QUERY", help="Ask in SQL; the table is called cases."),
    ] = None,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Rows from what sweeps have kept: filter, sort, compare, find the best, or ask in SQL."""
    with answering():
        from archstat.documents.sweep.results import results_document
        from archstat.sweep.asking import KEYS, StoreQuestion
        from archstat.sweep.index import Index
        from archstat.sweep.store import Store

        target = destination(format_name, output)
        if top is not None and top < 1:
            raise UsageError(f"--top: must be at least 1, got {top}")
        index = Index([Store(Path(name)) for name in stores])
        title = ", ".join(stores)
        if compare is not None:
            from archstat.documents.sweep.compared import compared_document
            from archstat.sweep.comparing import compared

            with within("--compare"):
                beside = compared(index, compare, figure or "latency_s", where or ())
            target.send(compared_document(title, beside, index.unreadable))
            return
        if sql is not None:
            with within("--sql"):
                answer = index.ask(sql)
        else:
            wanted = StoreQuestion(
                KEYS if columns == "all" else _names(columns) or USUAL,
                where or (),
                best or "",
                _names(per),
                sort or "",
                top,
            )
            answer = index.ask(*wanted.sql())
        usual = sql is None and columns is None
        target.send(results_document(title, answer, index.unreadable, hides_empty=usual))


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]
