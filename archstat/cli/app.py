"""The command line: its commands, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Annotated, NamedTuple

import typer

from archstat.cli.reading import with_run_file


class Command(NamedTuple):
    """Where a command is: a module of this package, a function in it, and its examples."""

    module: str
    function: str
    epilog: str = "EPILOG"


COMMANDS: Mapping[str, Command] = {
    "table": Command("table", "table"),
    "verify": Command("verify", "verify"),
    "explain": Command("explain", "explain"),
    "reconcile": Command("reconcile", "reconcile"),
    "compare": Command("compare", "compare"),
    "budget": Command("compare", "budget", "EPILOG_BUDGET"),
    "check": Command("homework.check", "check"),
    "grade": Command("homework.grade", "grade"),
    "key": Command("homework.key", "key"),
    "mistakes": Command("homework.mistakes", "mistakes"),
    "bench": Command("benchmarks.bench", "bench"),
    "report": Command("report", "report"),
    "ceilings": Command("scale.ceilings", "ceilings"),
    "limit": Command("scale.ceilings", "limit", "EPILOG_LIMIT"),
    "sweep": Command("scale.sweep", "sweep"),
    "results": Command("scale.results", "results"),
    "list": Command("catalogue", "list_models", "EPILOG_LIST"),
    "show": Command("catalogue", "show", "EPILOG_SHOW"),
    "kinds": Command("kinds", "kinds"),
    "code": Command("code", "code"),
}


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Return the command line with these commands; no others are imported."""
    app = typer.Typer(
        help="The answer key for network architectures: what every layer is worth, proved.",
        epilog="\b\nStart with:\n  archstat table paper-alexnet --input 3x227x227\n"
        "  archstat verify paper-alexnet",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(common)
    for name in names:
        command = COMMANDS[name]
        module = import_module(f"archstat.cli.{command.module}")
        function = with_run_file(getattr(module, command.function))
        app.command(name, epilog=getattr(module, command.epilog))(function)
    return app


def _print_version(wanted: bool) -> None:  # noqa: FBT001  Typer calls it so
    if wanted:
        from archstat import __version__

        typer.echo(f"archstat {__version__}")
        raise typer.Exit


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
