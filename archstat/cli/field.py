"""`archstat field`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli.output import destination, require_other
from archstat.cli.progress import waiting
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
from archstat.errors import UsageError, shown, within
from archstat.formats import TEXT

if TYPE_CHECKING:
    from archstat.models.question import Question

PICTURES = ("svg", "png")
MOST_RUNS = 1000

EPILOG = """\b
Examples:
  archstat field paper-alexnet conv2 --unit 0,0
  archstat field paper-alexnet pool5 --all -o field.svg
  archstat field paper-alexnet conv5 --image cat.jpg -o cat.svg
  archstat field vgg16 pool3 --from pool2
  archstat field paper-alexnet conv2 --project 100,100
"""


def field(
    model: Model,
    layer: Annotated[
        str, typer.Argument(metavar="LAYER", help="Whose units see.", show_default=False)
    ],
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    unit: Annotated[
        str | None,
        typer.Option(metavar="ROW,COL", help="Which unit, from 0. Default: the one in the middle."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="LAYER", help="Count units of this layer, not pixels."),
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw it on this image, cut to the input's shape."),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(metavar="ROW,COL", help="The other way round: which units a pixel reaches."),
    ] = None,
    effective: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_RUNS,
            metavar="RUNS",
            help="How much each pixel matters: gradients, the mean of so many random images.",
        ),
    ] = None,
    *,
    all_layers: Annotated[
        bool, typer.Option("--all", help="All layers before it, too, within its field.")
    ] = False,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Tell what a unit of a layer sees of the image, or draw it on one: -o field.svg, field.png.

    --all says, too, from which layer on nothing new is seen, and for which sizes of images a
    network was made.
    """
    with answering():
        from archstat.pictures.seen.document import AskedOfField, field_document
        from archstat.pictures.seen.images import address_of
        from archstat.report.unit_field import behind, on_the_way, reached, remarks, unit_field

        target = destination(format_name, output, model, special=PICTURES)
        if image is not None and target.format_name == TEXT:
            raise UsageError(
                "--image is what a picture is drawn on, and text has none", hint="add -o field.svg"
            )
        if image is not None and target.file is not None:
            require_other(target.file, "image", [Path(image)])
        asked = question(input, classes, settings, model_arguments, 1, "none")
        graph = load(model, asked).graph
        if source is not None:
            graph = behind(graph, source)
        place = None if unit is None else _place(unit, "--unit")
        view = unit_field(graph, layer, place, **({} if source is None else {"source": source}))
        pixel = None if project is None else _pixel(project, view.image)
        heat = None
        if effective is not None:
            from archstat.extras import TORCH, require

            require(TORCH, purpose="--effective")
            from archstat.witnesses.effective import effective_field

            with waiting("asking for gradients"):
                heat = effective_field(model, asked, view, effective)
        notes = [*remarks(graph)] if all_layers and source is None else []
        if all_layers and source is None:
            notes += _smallest(model, asked, view.image)
        with within("--image"):
            address = None if image is None else address_of(Path(image))
        target.send(
            field_document(
                view,
                AskedOfField(
                    nested=on_the_way(graph, view)[:-1] if all_layers else (),
                    image=address,
                    effective=heat,
                    pixel=pixel,
                    reached=() if pixel is None else reached(view.field, pixel),
                    remarks=tuple(notes),
                ),
            )
        )


def _place(text: str, option: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and part.isascii() for part in parts):
        raise UsageError(
            f"{option}: {shown(text)} is no place", hint=f"write {option} 3,7, row and column"
        )
    return tuple(map(int, parts))


def _pixel(text: str, image: tuple[int, ...]) -> tuple[int, ...]:
    from archstat.layers.base import times

    pixel = _place(text, "--project")
    is_there = len(pixel) == len(image) and all(
        place < side for place, side in zip(pixel, image, strict=True)
    )
    if not is_there:
        first, last = (
            ",".join(map(str, ends)) for ends in ([0] * len(image), [n - 1 for n in image])
        )
        raise UsageError(
            f"--project: {times(image)} has no pixel {text}",
            hint=f"the first is {first}, the last {last}",
        )
    return pixel


def _smallest(model: str, asked: Question, image: tuple[int, ...]) -> list[str]:
    """Return the smallest square image on which a spec's network works, in words."""
    from dataclasses import replace

    from archstat.errors import ArchstatError
    from archstat.models.argument import find_model
    from archstat.models.inputs import InputSpec
    from archstat.models.spec.front_end import SpecFrontEnd

    found = find_model(model)
    if not isinstance(found, SpecFrontEnd):
        return []
    channels = found.graph(asked).graph.input_shape[0]
    for side in range(1, max(image) + 1):
        shape = (channels, *([side] * len(image)))
        try:
            found.graph(replace(asked, inputs=[InputSpec(shape)]))
        except ArchstatError:
            continue
        return [f"the smallest square image on which it works has {side} pixels a side"]
    return []
