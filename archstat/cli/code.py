"""`archstat code`."""

from __future__ import annotations

from archstat.cli.reading import question
from archstat.cli.shared import Classes, Input, Model, Set, answering

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
) -> None:
    """Print the network as a PyTorch class that runs by itself, its layers' names kept."""
    with answering():
        from archstat.cli.output import write_stdout
        from archstat.models.argument import find_formulas
        from archstat.renderers.pytorch import render

        inputs = None if input is None else [input]
        asked = question(inputs, classes, settings, None, 1, "none")
        write_stdout(render(find_formulas(model).formulas(asked)))
