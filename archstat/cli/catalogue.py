"""`archstat list` and `archstat show`."""

from __future__ import annotations

from typing import Annotated

import typer

from archstat.cli.shared import answering, complete_model

EPILOG_LIST = """\b
Examples:
  archstat list
  archstat list | grep cifar
"""

EPILOG_SHOW = """\b
Examples:
  archstat show paper-alexnet
  archstat show paper-alexnet > my-net.toml
"""


def list_models() -> None:
    """List the networks of the catalogue, with input, parameters and MACs."""
    with answering():
        from archstat.cli.output import write_stdout
        from archstat.layers.base import times
        from archstat.models.spec.catalogue import catalogue
        from archstat.models.spec.resolve import resolve
        from archstat.renderers.grid import aligned

        lines = [("name", "input", "params", "MACs", "title")]
        for name in catalogue():
            graph = resolve(name)
            params = sum(node.weights + node.biases for node in graph.nodes)
            macs = sum(node.macs for node in graph.nodes)
            lines.append((name, times(graph.input_shape), f"{params:,}", f"{macs:,}", graph.title))
        write_stdout(aligned(lines, right=(2, 3)))


def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A name of the catalogue, or a spec file.",
            autocompletion=complete_model,
        ),
    ],
) -> None:
    """Print a spec as it stands in its file: where it comes from, and layer by layer."""
    with answering():
        from archstat.cli.output import write_stdout
        from archstat.models.argument import find_formulas
        from archstat.models.spec.resolve import spec_text

        write_stdout(spec_text(find_formulas(name).argument))
