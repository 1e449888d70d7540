"""`archstat code`."""

from __future__ import annotations

from archstat.cli.output import destination
from archstat.cli.reading import question
from archstat.cli.shared import Classes, FormatOption, Input, Model, Output, Set, answering

EPILOG = """\b
Examples:
  archstat code paper-alexnet > alexnet.py && python alexnet.py
  archstat code cifar-alexnet --classes 100
"""


def code(
    model: Model,
    input: Input = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Print the network as a PyTorch class that runs by itself, its layers' names kept."""
    with answering():
        from archstat.documents.catalogue import source_document
        from archstat.documents.source.pytorch import pytorch_source
        from archstat.models.argument import find_formulas

        target = destination(format_name, output, model)
        inputs = None if input is None else [input]
        asked = question(inputs, classes, settings, None, 1, "none")
        graph = find_formulas(model).formulas(asked)
        target.send(source_document(graph.name, pytorch_source(graph), "python"))
