"""`archstat report`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli.measured import read_measured, require_same
from archstat.cli.output import destination
from archstat.cli.progress import waiting
from archstat.cli.reading import question
from archstat.cli.shared import (
    Arguments,
    Batch,
    Classes,
    Device,
    FormatOption,
    Inputs,
    Output,
    Set,
    answering,
    complete_model,
)
from archstat.cli.streams import stdout_kept
from archstat.errors import UsageError

if TYPE_CHECKING:
    from archstat.bench.record import Record
    from archstat.documents.document import Document
    from archstat.models.question import Question
    from archstat.pages.subject import PageNetwork

PAGE = "html"
"""The format of which the answer is a page of its own, and not a document like others."""

MOST_MODELS = 2

EPILOG = """\b
Examples:
  archstat report paper-alexnet -o report.html
  archstat report paper-alexnet torchvision-alexnet -o both.html
  archstat report lenet5 -f markdown
"""


def report(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL [MODEL]",
            help="One network, or two beside one another; see archstat table --help.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ],
    input: Inputs = None,  # noqa: A002  the option's name
    batch: Batch = 1,
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    device: Device = "none",
    bench: Annotated[
        str | None,
        typer.Option(
            metavar="RECORD",
            help="What archstat bench measured of it: adds times and rooflines to the page.",
        ),
    ] = None,
    *,
    train: Annotated[
        bool,
        typer.Option("--train", help="What a training step costs; known of specs without asking."),
    ] = False,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Make one page of all that is known of a network: pictures, numbers, formulas, times.

    The page is one file that needs no network. In it everything is linked: a layer lights up
    everywhere, and each number opens to its formula.
    """
    with answering():
        from archstat.documents.overview import overview_document
        from archstat.models.spec.resolve import positive

        if len(models) > MOST_MODELS:
            raise UsageError(
                f"a page holds {MOST_MODELS} networks, got {len(models)}",
                hint="archstat compare takes any number",
            )
        target = destination(format_name, output, *models)
        batch = positive(batch, "--batch")
        asked = question(input, classes, settings, model_arguments, batch, device)
        record = None if bench is None else read_measured(bench)
        networks = [
            _network(letter, model, replace(asked, train=train), record)
            for letter, model in zip("ab", models, strict=False)
        ]
        if record is not None:
            require_same(record, str(bench), [*models, *(each.report.model for each in networks)])
        if target.format_name == PAGE:
            from archstat.pages.page import page
            from archstat.pages.subject import PageSubject

            target.write(page(PageSubject(tuple(networks), record, _command())))
        else:
            document = overview_document([network.report for network in networks])
            target.send(document if record is None else _with_record(document, record))


def _network(letter: str, model: str, asked: Question, record: Record | None) -> PageNetwork:
    from archstat.models.argument import find_model
    from archstat.pages.subject import PageNetwork
    from archstat.report.explanation import OF_TRAINING, QUANTITIES, explain
    from archstat.report.report import report_on

    found = find_model(model)
    with waiting(f"reading {model}"), stdout_kept():
        graph, traced_on, batch = found.graph(asked)
    trains = asked.train or not found.needs_training_pass
    columns = (*QUANTITIES, *OF_TRAINING) if trains else QUANTITIES
    return PageNetwork(
        letter,
        report_on(graph, batch_size=batch, traced_on=traced_on, trains=trains),
        explain(graph, columns=columns),
        {} if record is None else _layer_seconds(record, {model, graph.name}),
    )


def _with_record(document: Document, record: Record) -> Document:
    from archstat.documents.bench.record import record_document
    from archstat.documents.document import Sentences

    measured = record_document(record)
    head = Sentences(("measured", *measured.about))
    return replace(document, parts=(*document.parts, head, *measured.parts))


def _layer_seconds(record: Record, models: set[str]) -> Mapping[str, float]:
    from archstat.bench.layer_summary import layers_of
    from archstat.bench.protocol import SECOND

    found = layers_of(record, models)
    return {} if found is None else {layer.name: layer.ns / SECOND for layer in found.layers}


def _command() -> str:
    return shlex.join(["archstat", *sys.argv[1:]])
