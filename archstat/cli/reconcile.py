"""`archstat reconcile`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli.output import destination
from archstat.cli.progress import waiting
from archstat.cli.reading import question
from archstat.cli.shared import (
    NO,
    Arguments,
    Classes,
    FormatOption,
    Inputs,
    Model,
    Output,
    Set,
    answering,
)
from archstat.cli.streams import stdout_kept
from archstat.errors import ArchstatError, UsageError

if TYPE_CHECKING:
    from archstat.documents.document import Document
    from archstat.graph import Graph
    from archstat.models.front_end import FrontEnd
    from archstat.models.question import Question
    from archstat.report.reconciling import LikelyVariant

EPILOG = """\b
Examples:
  archstat reconcile paper-alexnet --value 725066088
  archstat reconcile vgg16 --value 30.94G
  archstat reconcile paper-alexnet --tool torch
"""
SIDES = (224, 227, 256, 299, 32)
CLASSES = (10, 100, 1000)


def reconcile(
    model: Model,
    value: Annotated[
        str | None, typer.Option(metavar="N", help="The number of a paper or of a tool.")
    ] = None,
    tool: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="An installed tool to run on the model: torchinfo, fvcore, torch, thop, ptflops, "
            "ptflops-aten, torchscan, deepspeed or calflops.",
        ),
    ] = None,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Tell where a number comes from: which convention, input, variant and batch give exactly that.

    Exit code 1 if none does; then the nearest are named, with what is missing. A tool's number is
    taken apart by the tool's own convention; exit code 1 if something is left over.
    """
    with answering():
        if (value is None) == (tool is None):
            raise UsageError(
                "reconcile takes a --value or a --tool" + (", not both" if tool else ""),
                hint="write --value 724406816, or --tool fvcore",
            )
        asked = question(input, classes, settings, model_arguments, 1, "none")
        target = destination(format_name, output, model)
        found = _of_value(model, value, asked) if value else _of_tool(model, tool or "", asked)
        document, is_found = found
        target.send(document)
    if not is_found:
        raise typer.Exit(NO)


def _of_tool(model: str, name: str, asked: Question) -> tuple[Document, bool]:
    """Return what a tool counts, and whether its convention explains it."""
    from archstat.documents.reconciliation import tool_document
    from archstat.extras import TORCH, require

    require(TORCH, purpose="reconcile --tool")
    from archstat.witnesses.explaining import tool_count
    from archstat.witnesses.tools import tool_named

    tool = tool_named(name)
    with waiting(f"counting {model} with {name}"), stdout_kept():
        counted = tool_count(tool, model, asked)
    return tool_document(counted), not counted.remainder


def _of_value(model: str, value: str, asked: Question) -> tuple[Document, bool]:
    """Return what comes to a number, and whether anything does."""
    from archstat.documents.reconciliation import origins_document
    from archstat.report.quoted import quoted
    from archstat.report.reconciling import origins

    numbers = quoted(value)
    found = origins(numbers, _variants(model, asked))
    return origins_document(numbers[0], model, found), found[0].fit is not None


def _variants(model: str, asked: Question) -> Iterator[LikelyVariant]:
    """Yield the network that is asked for, and what else may be meant by its name.

    Raises:
        ArchstatError: There is no such network, or the question does not fit it.
    """
    from dataclasses import replace

    from archstat.layers.activation import Softmax
    from archstat.models.argument import find_model
    from archstat.report.reconciling import LikelyVariant

    network = find_model(model)
    graph = network.graph(asked).graph
    yield LikelyVariant(graph)
    if isinstance(graph.nodes[-1].layer, Softmax):
        yield LikelyVariant(replace(graph, nodes=graph.nodes[:-1]), "without its softmax")
    for words, other, changed in _other_questions(network, asked, graph):
        with suppress(ArchstatError):  # not every network can be asked everything
            yield LikelyVariant(other.graph(changed).graph, words, is_other=other is not network)


def _other_questions(
    model: FrontEnd, asked: Question, graph: Graph
) -> Iterator[tuple[str, FrontEnd, Question]]:
    """Yield what else may have been asked: in words, of which model, and the question."""
    from dataclasses import replace

    from archstat.models.argument import find_model
    from archstat.models.inputs import InputSpec
    from archstat.models.question import Question
    from archstat.models.spec.catalogue import catalogue

    channels, *sides = graph.input_shape or (0,)
    for side in SIDES if len(sides) > 1 else ():
        shape = InputSpec((channels, *(side for _ in sides)))
        yield f"with an input of {side}×{side}", model, replace(asked, inputs=[shape])
    if "settings" not in model.accepts:
        return
    groups = [node.name for node in graph.nodes if node.layer.settings().get("groups", 1) > 1]
    changes = {**asked.settings, **{name: {"groups": 1} for name in groups}}
    yield "without groups", model, replace(asked, settings=changes)
    for number in CLASSES:
        yield f"with {number} classes", model, replace(asked, classes=number)
    for name in catalogue():
        yield f"as {name}", find_model(name), Question()
