"""What commands have in common: arguments, where output goes, and how errors end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from archstat.errors import ArchstatError

if TYPE_CHECKING:
    from archstat.frontends.resolve import Variant
    from archstat.graph import Graph

CANNOT_ANSWER = 2
NO = 1


def complete_model(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the networks of the catalogue that begin so, with their titles, for the shell."""
    from archstat.frontends.catalogue import catalogue
    from archstat.frontends.resolve import find_spec

    for name in catalogue():
        if name.startswith(incomplete):
            yield name, find_spec(name).title


Model: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A name of the catalogue (archstat list), or a spec file that ends in .toml.",
        autocompletion=complete_model,
        show_default=False,
    ),
]
Input: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--input",
        metavar="CxHxW",
        help="Shape of one example: channels, rows, columns. Default: the model's own.",
    ),
]
Classes: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", help="Outputs of the classifier.")
]
Set: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="LAYER.KEY=VALUE",
        help="What if: change a setting of a layer, as in --set conv2.groups=1. Repeatable.",
    ),
]
Device: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="none|meta|cpu|cuda[:i]",
        help="Where to run a forward pass that every number is held against; "
        "none answers by formula alone, without torch.",
    ),
]


@contextmanager
def answering() -> Iterator[None]:
    """End the command with exit code 2 and clear sentences if its question has no answer."""
    try:
        yield
    except ArchstatError as error:
        for problem in error.problems:
            typer.echo(f"error: {problem}", err=True)
        raise typer.Exit(CANNOT_ANSWER) from None


def variant(input: str | None, classes: int | None, settings: list[str] | None) -> Variant:  # noqa: A002
    """Return the changes that the options ask for.

    Raises:
        UsageError: An option cannot be read.
    """
    from archstat.frontends.resolve import Variant, parse_input, parse_settings, positive

    return Variant(
        input=None if input is None else parse_input(input),
        classes=None if classes is None else positive(classes, "--classes"),
        settings=parse_settings(settings or []),
    )


def confirmed(graph: Graph, device: str, batch_size: int) -> str | None:
    """Run a forward pass on a device, unless it is "none"; return the device's full name.

    Raises:
        UsageError: torch is not installed.
        DeviceError: There is no such device here.
        TraceError: The forward pass failed, or showed something else than the formulas say.
    """
    if device == "none":
        return None
    from archstat.extras import TORCH, require

    require(TORCH, purpose=f"--device {device}")
    from archstat.frontends.module import confirm

    return confirm(graph, device, batch_size=batch_size)
