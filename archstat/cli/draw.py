"""`archstat draw`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from archstat.cli.output import destination
from archstat.cli.reading import question
from archstat.cli.shared import (
    Arguments,
    Batch,
    Classes,
    FormatOption,
    Inputs,
    Model,
    Output,
    Set,
    answering,
    load,
)

PICTURES = ("svg", "png")

EPILOG = """\b
Examples:
  archstat draw paper-alexnet -o net.svg
  archstat draw resnet18 --style flat --depth 2 -o net.svg
  archstat draw vgg16 --color-by params -o net.png
  archstat draw lenet5 -o net.tex
"""


def draw(
    model: Model,
    input: Inputs = None,  # noqa: A002  the option's name
    batch: Batch = 1,
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    style: Annotated[
        Literal["blocks", "flat"] | None,
        typer.Option(
            help="blocks: feature maps in perspective, from left to right. flat: a graph of boxes, "
            "from top to bottom. Default: the one that suits the network."
        ),
    ] = None,
    color_by: Annotated[
        Literal["kind", "macs", "params", "memory"],
        typer.Option(help="What colours show; shares are written beside it."),
    ] = "kind",
    depth: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Draw modules deeper than N levels as one. Default: as fits one picture.",
        ),
    ] = None,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Draw a network as papers do: -o net.svg, net.png, or net.tex (TikZ).

    Equal modules that follow one another are one block, × 6. Without a file, it says what a picture
    would show.
    """
    with answering():
        from archstat.errors import UsageError
        from archstat.models.spec.resolve import positive
        from archstat.pictures.plans.document import drawing_document
        from archstat.report.report import report_on

        target = destination(format_name, output, model, special=PICTURES)
        batch = positive(batch, "--batch")
        asked = question(input, classes, settings, model_arguments, batch, "none")
        loaded = load(model, asked)
        report = report_on(loaded.graph, batch_size=loaded.batch_size, each_operator=True)
        if not report.is_placed:
            raise UsageError(
                f"of {report.model} are known {report.told_by}, which makes no drawing",
                hint="name the class or function that makes it, as in net.py:Net",
            )
        target.send(drawing_document(report, style=style, by=color_by, depth=depth))
