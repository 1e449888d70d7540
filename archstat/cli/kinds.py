"""`archstat kinds`."""

from __future__ import annotations

from typing import Annotated

import typer

from archstat.cli.output import destination
from archstat.cli.shared import FormatOption, Output, answering

EPILOG = """\b
Examples:
  archstat kinds
  archstat kinds conv2d
"""


def kinds(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="One kind; default: all of them.")
    ] = None,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """List the kinds of layers that a spec may have, with their settings and defaults."""
    with answering():
        from archstat.documents.catalogue import kinds_document
        from archstat.errors import UsageError, shown
        from archstat.layers import layer_kinds
        from archstat.layers.words import nearest

        target = destination(format_name, output)
        known = layer_kinds()
        if kind is not None and kind not in known:
            raise UsageError(
                f"there is no kind {shown(kind)}",
                hint=nearest(kind, list(known)) or "'archstat kinds' lists them",
            )
        chosen = known if kind is None else {kind: known[kind]}
        target.send(kinds_document(chosen))
