"""`archstat explain`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archstat.cli.output import destination
from archstat.cli.reading import question
from archstat.cli.shared import (
    Arguments,
    Classes,
    FormatOption,
    Inputs,
    Model,
    Output,
    Set,
    answering,
    load,
)

if TYPE_CHECKING:
    from archstat.graph import Graph
    from archstat.report.report import Row

EPILOG = """\b
Examples:
  archstat explain paper-alexnet conv2
  archstat explain vgg16 --column macs
  archstat explain vgg16 --column weight_gradient_macs --column kept_bytes
  archstat explain torchvision/resnet152 layer3.35
  archstat explain torchvision/resnet18 layer1.0.conv1 --level student -f latex
"""


def explain(
    model: Model,
    layer: Annotated[
        str | None,
        typer.Argument(
            metavar="[LAYER]", help="One layer only, or those of a module.", show_default=False
        ),
    ] = None,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="One quantity only, such as macs. Repeatable."),
    ] = None,
    level: Annotated[
        Literal["plain", "student"],
        typer.Option(help="student adds a sentence on what each number means."),
    ] = "plain",
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Explain each number: its formula, the same with the layer's values, and the source."""
    with answering():
        from archstat.documents.explanation import explanation_document
        from archstat.report import explanation

        target = destination(format_name, output, model)
        asked = question(input, classes, settings, model_arguments, 1, "none")
        trains = not set(column or ()).isdisjoint(explanation.OF_TRAINING)
        graph = load(model, replace(asked, train=trains)).graph
        layers = explanation.explain(graph, layer=layer, columns=column or ())
        target.send(
            explanation_document(
                graph,
                layers,
                asked=column or (),
                for_students=level == "student",
                rows=_rows(graph, len(layers)) if layer is None and target.shows_progress else (),
            )
        )


def _rows(graph: Graph, count: int) -> Sequence[Row]:
    """Return the rows by which people read so many layers; none where they read them all."""
    from archstat.report.folding import MOST_ROWS, folded_to_fit
    from archstat.report.report import report_on

    if count <= MOST_ROWS:
        return ()
    rows = folded_to_fit(report_on(graph, each_operator=True)).layers
    return rows if len(rows) < count else ()
