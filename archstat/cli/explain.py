"""`archstat explain`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from archstat.cli.reading import question
from archstat.cli.shared import Arguments, Classes, Inputs, Model, Set, answering, load

if TYPE_CHECKING:
    from archstat.graph import Graph

Format: TypeAlias = Literal["text", "markdown", "latex"]

EPILOG = """\b
Examples:
  archstat explain paper-alexnet conv2
  archstat explain vgg16 --column macs
  archstat explain vgg16 --column weight_gradient_macs --column kept_bytes
  archstat explain torchvision/resnet18 layer1.0.conv1 --level student -f latex
"""


def explain(
    model: Model,
    layer: Annotated[
        str | None, typer.Argument(metavar="[LAYER]", help="One layer only.", show_default=False)
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
    format_name: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="Default: text, or what the suffix of -o says."),
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write a file.")
    ] = None,
) -> None:
    """Explain each number: its formula, the same with the layer's values, and the source."""
    with answering():
        from archstat.cli.output import format_of, target_of, write_file, write_stdout
        from archstat.renderers.explain import SUFFIXES, renderer
        from archstat.renderers.explain.page import Page
        from archstat.report import explanation

        target = target_of(output, model)
        asked = question(input, classes, settings, model_arguments, 1, "none")
        trains = not set(column or ()).isdisjoint(explanation.OF_TRAINING)
        graph = load(model, replace(asked, train=trains)).graph
        layers = explanation.explain(graph, layer=layer, columns=column or ())
        page = Page(_title(graph), layers, for_students=level == "student")
        text = renderer(format_name or format_of(output, SUFFIXES, "text"))(page)
        if target is None:
            write_stdout(text)
        else:
            write_file(text, target)


def _title(graph: Graph) -> str:
    return f"{graph.name}: {graph.title}" if graph.title else graph.name
