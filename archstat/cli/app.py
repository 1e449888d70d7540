"""The command line: its commands, and what they have in common."""

from __future__ import annotations

from typing import Annotated

import typer

from archstat.cli import (
    bench,
    catalogue,
    check,
    code,
    compare,
    explain,
    grade,
    key,
    kinds,
    mistakes,
    reconcile,
    table,
    verify,
)

app = typer.Typer(
    help="The answer key for network architectures: what every layer is worth, proved.",
    epilog="\b\nStart with:\n  archstat table paper-alexnet --input 3x227x227\n"
    "  archstat verify paper-alexnet",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  Typer calls it so
    if wanted:
        from archstat import __version__

        typer.echo(f"archstat {__version__}")
        raise typer.Exit


@app.callback()
def common(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Take what stands before the command."""


app.command(epilog=table.EPILOG)(table.table)
app.command(epilog=verify.EPILOG)(verify.verify)
app.command(epilog=explain.EPILOG)(explain.explain)
app.command(epilog=reconcile.EPILOG)(reconcile.reconcile)
app.command(epilog=compare.EPILOG)(compare.compare)
app.command(epilog=compare.EPILOG_BUDGET)(compare.budget)
app.command(epilog=check.EPILOG)(check.check)
app.command(epilog=grade.EPILOG)(grade.grade)
app.command(epilog=key.EPILOG)(key.key)
app.command(epilog=mistakes.EPILOG)(mistakes.mistakes)
app.command(epilog=bench.EPILOG)(bench.bench)
app.command("list", epilog=catalogue.EPILOG_LIST)(catalogue.list_models)
app.command(epilog=catalogue.EPILOG_SHOW)(catalogue.show)
app.command(epilog=kinds.EPILOG)(kinds.kinds)
app.command(epilog=code.EPILOG)(code.code)
