"""`archstat ceilings` and `archstat limit`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli.output import destination
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
)
from archstat.errors import UsageError, within

if TYPE_CHECKING:
    from archstat.bench.limits.device import DeviceLimit

EPILOG = """\b
Examples:
  archstat ceilings --device cpu
  archstat ceilings --device cpu --dtype float32,bfloat16 -o cpu.json
"""

EPILOG_LIMIT = """\b
Examples:
  archstat limit paper-alexnet --on h200.json
  archstat limit paper-alexnet --batch 32 --on cpu.json,h200.json --layers
  archstat limit paper-alexnet --on h200-sxm,rtx-4090 --dtype bfloat16
"""


def ceilings(
    device: Annotated[
        list[str] | None,
        typer.Option(metavar="cpu|cuda[:i]|mps|xpu", help="Default: all that this machine has."),
    ] = None,
    dtype: Annotated[
        str, typer.Option(metavar="TYPE,…", help="Of float32, tf32, bfloat16, float16.")
    ] = "float32",
    processes: Annotated[
        int, typer.Option(metavar="N", help="Fresh processes, of which the best counts.")
    ] = 3,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Measure what devices can do at best: operations and bytes a second, by several probes.

    The file says it to `archstat limit` on machines that do not have them.
    """
    with answering():
        target = destination(format_name, output)
        from archstat import __version__
        from archstat.bench.limits.surveying import SIZES, surveyed
        from archstat.bench.plan import Survey
        from archstat.bench.record import Record
        from archstat.bench.run import started
        from archstat.cli.benchmarks.bench_run import (
            dtypes_named,
            now_utc,
            places_named,
            reproducing,
        )
        from archstat.devices import kind_of
        from archstat.devices.processor import physical_cores
        from archstat.documents.bench.ceilings import ceilings_document

        if not 1 <= processes <= 100:  # noqa: PLR2004  as many as bench takes
            raise UsageError(f"--processes: must be 1 to 100, got {processes}")
        places, wanted = places_named(device, "ceilings"), dtypes_named(dtype)
        surveys = []
        for place in places:
            kind = kind_of(place)
            known = tuple(each for each in wanted if each in kind.dtypes)
            threads = physical_cores() if place == "cpu" else 0
            if known:
                surveys.append(Survey(place, known, SIZES, threads))
        if not surveys:
            raise UsageError(f"no device here computes in {dtype}")
        empty = Record(
            reproducing(sys.argv[1:]),
            is_quick=False,
            environment={},
            titles={},
            archstat=__version__,
            began=now_utc(),
        )
        target.send(ceilings_document(surveyed(empty, surveys, processes, started)))


def limit(
    model: Model,
    on: Annotated[
        str,
        typer.Option(
            metavar="FILE|NAME,…",
            help="Devices: records of archstat ceilings or of any benchmark, or those that come "
            "along: amd-epyc-2-cores (measured), h200-sxm (data sheet), ….",
            show_default=False,
        ),
    ],
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    batch: Annotated[int, typer.Option(metavar="N", help="Examples a pass.")] = 1,
    dtype: Annotated[
        str | None, typer.Option(metavar="TYPE,…", help="Only these; default: all measured.")
    ] = None,
    *,
    layers: Annotated[
        bool, typer.Option("--layers", help="The least time of each layer, too.")
    ] = False,
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Print the least time of a forward pass on devices that need not be here.

    No schedule is faster at the rates that were measured there, and nothing runs here.
    """
    with answering():
        files = [name.strip() for name in on.split(",") if name.strip()]
        target = destination(format_name, output, model, *files)
        if not files:
            raise UsageError("--on names no device", hint="write --on h200.json, or --on h200-sxm")
        from archstat.bench.asking import known
        from archstat.bench.limits.named import limits_on
        from archstat.cli.benchmarks.bench_run import dtypes_named
        from archstat.cli.streams import stdout_kept
        from archstat.documents.bench.ceilings import limits_document
        from archstat.layers.base import times
        from archstat.models.spec.resolve import positive

        dtypes = () if dtype is None else dtypes_named(dtype)
        size = positive(batch, "--batch")
        asked = question(input, classes, settings, model_arguments, 1, "none")
        devices = [(name, limits_on(name)) for name in files]
        with stdout_kept():  # a user's file may print
            found = known(model, asked, [size])
        work = found.works[size]
        limiting: list[DeviceLimit] = []
        for name, limits in devices:
            with within(name):
                limiting += limits(work, dtypes)
        about = {
            "model": model,
            "title": f"{model}: {found.title}" if found.title != model else model,
            "asked": f"input {times(found.input_shape)}, batch of {size:,}, forward pass: "
            f"{work.flops // 2:,} MACs, {work.weights:,} weights and biases read",
            "batch_size": size,
            "example": "example",
        }
        target.send(limits_document(about, work, limiting, layers=layers))
