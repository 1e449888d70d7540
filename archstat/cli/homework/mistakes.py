"""`archstat mistakes`."""

from __future__ import annotations

from typing import Annotated

import typer

from archstat.cli.homework import marking
from archstat.cli.output import destination
from archstat.cli.reading import question
from archstat.cli.shared import (
    Arguments,
    Classes,
    FormatOption,
    Inputs,
    Output,
    Set,
    answering,
    complete_model,
)
from archstat.errors import UsageError

EPILOG = """\b
Examples:
  archstat mistakes
  archstat mistakes paper-alexnet
"""


def mistakes(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL]",
            help="A network, as everywhere: what each mistake makes wrong there.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ] = None,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """List the mistakes that homework is held against, and which of them look the same."""
    with answering():
        from archstat.documents.homework.mistakes import effects_document, mistakes_document
        from archstat.homework.mistakes import MISTAKES

        target = destination(format_name, output, *([] if model is None else [model]))
        asked = question(input, classes, settings, model_arguments, 1, "none")
        if model is not None:
            target.send(effects_document(marking.truth(model, asked)))
            return
        if input or settings or model_arguments or classes is not None:
            raise UsageError("options that change a network need one", hint="name a MODEL")
        target.send(mistakes_document(MISTAKES))
