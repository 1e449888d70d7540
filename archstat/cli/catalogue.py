"""`archstat list` and `archstat show`."""

from __future__ import annotations

from typing import Annotated

import typer

from archstat.cli.output import destination
from archstat.cli.shared import FormatOption, Output, answering, complete_model

EPILOG_LIST = """\b
Examples:
  archstat list
  archstat list | grep cifar
  archstat list torchvision | grep vit
  archstat list -f json
"""

EPILOG_SHOW = """\b
Examples:
  archstat show paper-alexnet
  archstat show paper-alexnet > my-net.toml
"""


def list_models(
    library: Annotated[
        str | None,
        typer.Argument(
            metavar="[LIBRARY]",
            help="torchvision or timm: the models that it has, by name.",
            show_default=False,
        ),
    ] = None,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """List the networks of the catalogue, with input, parameters and MACs; or a library's names."""
    with answering():
        if library is not None:
            from archstat.documents.catalogue import names_document
            from archstat.models.argument import library_names

            target = destination(format_name, output)
            target.send(names_document(library, library_names(library)))
            return
        from archstat.documents.catalogue import catalogue_document
        from archstat.models.spec.catalogue import catalogue
        from archstat.models.spec.resolve import resolve

        target = destination(format_name, output)
        target.send(catalogue_document({name: resolve(name) for name in catalogue()}))


def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A name of the catalogue, or a spec file.",
            autocompletion=complete_model,
        ),
    ],
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Print a spec as it stands in its file: where it comes from, and layer by layer."""
    with answering():
        from archstat.documents.catalogue import source_document
        from archstat.models.argument import find_formulas
        from archstat.models.spec.resolve import spec_text

        target = destination(format_name, output, name)
        target.send(source_document(name, spec_text(find_formulas(name).argument), "toml"))
