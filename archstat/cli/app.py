"""The command line: its commands, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from archstat.cli.pairs import with_pairs
from archstat.cli.reading import with_color, with_options_of_models

LOOK, PROVE, TEACH = "Look", "Prove", "Teach"
MEASURE, SCALE = "Measure", "Scale"
GROUPS: Mapping[str, str] = {
    LOOK: "what a network is",
    PROVE: "that the numbers are right",
    TEACH: "make, hand out and mark homework",
    MEASURE: "how fast it runs, and could",
    SCALE: "many questions at once",
}
"""What commands are for, in the order of the help."""


class Command(NamedTuple):
    """Where a command is: a module of this package, a function in it, its examples, its group."""

    module: str
    function: str
    epilog: str = "EPILOG"
    group: str = LOOK


COMMANDS: Mapping[str, Command] = {
    "table": Command("table", "table"),
    "verify": Command("verify", "verify", group=PROVE),
    "explain": Command("explain", "explain"),
    "reconcile": Command("reconcile", "reconcile", group=PROVE),
    "compare": Command("compare", "compare"),
    "budget": Command("compare", "budget", "EPILOG_BUDGET", group=PROVE),
    "check": Command("homework.check", "check", group=TEACH),
    "grade": Command("homework.grade", "grade", group=TEACH),
    "key": Command("homework.key", "key", group=TEACH),
    "mistakes": Command("homework.mistakes", "mistakes", group=TEACH),
    "bench": Command("benchmarks.bench", "bench", group=MEASURE),
    "report": Command("report", "report"),
    "draw": Command("draw", "draw"),
    "field": Command("field", "field"),
    "ceilings": Command("scale.ceilings", "ceilings", group=MEASURE),
    "limit": Command("scale.ceilings", "limit", "EPILOG_LIMIT", MEASURE),
    "sweep": Command("scale.sweep", "sweep", group=SCALE),
    "results": Command("scale.results", "results", group=SCALE),
    "atlas": Command("scale.atlas", "atlas", group=SCALE),
    "mcp": Command("scale.mcp", "mcp", group=SCALE),
    "list": Command("catalogue", "list_models", "EPILOG_LIST"),
    "show": Command("catalogue", "show", "EPILOG_SHOW"),
    "kinds": Command("kinds", "kinds"),
    "code": Command("code", "code"),
}


class GroupedHelp(TyperGroup):
    """The list of commands, by what they are for, each with its whole sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list."""
        for group, said in GROUPS.items():
            rows = [
                (name, self._sentence(ctx, name))
                for name in self.list_commands(ctx)
                if COMMANDS[name].group == group
            ]
            if rows:
                with formatter.section(f"{group} ({said})"):
                    formatter.write_dl(rows)

    def _sentence(self, ctx: Any, name: str) -> str:
        command = self.get_command(ctx, name)
        text = (command.help or "") if command is not None else ""
        return " ".join(text.partition("\n\n")[0].split())


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Return the command line with these commands; no others are imported."""
    app = typer.Typer(
        cls=GroupedHelp,
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
        function = with_options_of_models(getattr(module, command.function))
        function = with_pairs(name, with_color(function))
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
