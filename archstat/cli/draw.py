"""`archstat draw`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archstat.cli.measured import read_measured, require_same
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
from archstat.errors import UsageError

if TYPE_CHECKING:
    from archstat.pictures.plans.palette import ColourQuantity

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
        Literal["blocks", "lenet", "flat"] | None,
        typer.Option(
            help="blocks: feature maps in perspective, from left to right. lenet: the same as "
            "sheets behind one another. flat: a graph of boxes, from top to bottom. Default: the "
            "one that suits the network."
        ),
    ] = None,
    color_by: Annotated[
        Literal["kind", "macs", "params", "memory", "time", "limit"],
        typer.Option(
            help="What colours show; shares are written beside it. The time, and the share of the "
            "device's limit, are those of --bench."
        ),
    ] = "kind",
    bench: Annotated[
        str | None,
        typer.Option(
            metavar="RECORD",
            help="What archstat bench --layers measured of it, for --color-by time or limit.",
        ),
    ] = None,
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
        from archstat.models.spec.resolve import positive
        from archstat.pictures.plans.document import drawing_document
        from archstat.report.report import report_on

        target = destination(format_name, output, model, special=PICTURES)
        batch = positive(batch, "--batch")
        asked = question(input, classes, settings, model_arguments, batch, "none")
        loaded = load(model, asked)
        report = report_on(loaded.graph, batch_size=loaded.batch_size)
        by = _colours(color_by, bench, [model, report.model])
        target.send(drawing_document(report, style=style, by=by, depth=depth))


def _colours(by: str, bench: str | None, models: Sequence[str]) -> ColourQuantity | None:
    """Return what colours show.

    Raises:
        UsageError: It needs a record of measured layers, or a record is given that nothing needs.
    """
    from archstat.pictures.plans.measured import MEASURED, measured_quantity
    from archstat.pictures.plans.palette import QUANTITIES

    if bench is None and by not in MEASURED:
        return QUANTITIES.get(by)
    write = f"archstat bench {models[0]} --layers -o run.json"
    if bench is None:
        raise UsageError(
            f"--color-by {by} needs what was measured",
            hint=f"write {write}, and --bench run.json here",
        )
    if by not in MEASURED:
        raise UsageError(
            f"--bench is for --color-by {' or '.join(MEASURED)}, and colours show: {by}",
            hint=f"add --color-by {MEASURED[0]}",
        )
    from archstat.bench.layer_summary import layers_of

    record = read_measured(bench)
    require_same(record, bench, models)
    found = layers_of(record, models)
    if found is None:
        raise UsageError(f"--bench {bench}: it has no times of layers", hint=f"write {write}")
    return measured_quantity(by, found.layers)
