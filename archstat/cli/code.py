"""`archstat code`."""

from __future__ import annotations

from archstat.cli.shared import Classes, Input, Model, Set, answering, variant

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
        from archstat.models.spec.resolve import resolve
        from archstat.renderers.pytorch import render

        write_stdout(render(resolve(model, variant(input, classes, settings))))
