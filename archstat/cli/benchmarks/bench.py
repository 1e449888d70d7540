"""`archstat bench`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archstat.cli.benchmarks.trace import names_trace, traced
from archstat.cli.pairs import is_stated
from archstat.cli.reading import question
from archstat.cli.shared import (
    NO,
    Arguments,
    Classes,
    Inputs,
    Set,
    answering,
    complete_model,
    format_option,
)
from archstat.cli.streams import stdout_kept
from archstat.errors import UsageError, shown

if TYPE_CHECKING:
    from archstat.bench.case import Case
    from archstat.bench.record import Record
    from archstat.cli.benchmarks.bench_output import Targets

RECORD = ".json"
OF_COMPARISONS = ("models", "compare", "tolerance", "format_name", "output")
OF_HISTORIES = ("models", "history", "tolerance", "format_name", "output")
OF_TRACES = (
    "models", "input", "classes", "settings", "model_arguments", "run_file", "batch", "dtype", "on",
    "format_name", "output",
)  # fmt: skip
OF_RECORDS = (
    "models", "vs", "against_limit", "min_share", "strict", "tolerance", "format_name", "output",
)  # fmt: skip
"""The options that say something of what was measured before."""

EPOCH = 50_000  # images of CIFAR-10
STOPPED = 130  # what shells say of a program that Ctrl-C ended

EPILOG = """\b
Examples:
  archstat bench paper-alexnet --batch 1,32
  archstat bench torchvision/resnet18 --device cuda --dtype float32,bfloat16 --mode eager,graph
  archstat bench lenet5 --quick -o run.json -o run.svg
  archstat bench run.json --against-limit ceilings.json --min-share 0.5
  archstat bench paper-alexnet ungrouped-alexnet --device cpu
  archstat bench --compare old.json new.json
  archstat bench net.py:Net --input 3x32x32 --save bench/
  archstat bench --history bench/
  archstat bench trace.json net.py:Net --on ceilings.json
"""


def bench(
    context: typer.Context,
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL…",
            help="A model as everywhere; several are measured in turn and compared. Or a record "
            "(run.json), which is shown again; or a trace of torch.profiler, and its model.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ],
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    device: Annotated[
        list[str] | None,
        typer.Option(metavar="cpu|cuda[:i]|mps|xpu", help="Default: all that this machine has."),
    ] = None,
    batch: Annotated[
        str,
        typer.Option(
            metavar="N,…|auto",
            help="Examples a pass; auto finds the best throughput, and the largest that fits.",
        ),
    ] = "1,32",
    dtype: Annotated[
        str, typer.Option(metavar="TYPE,…", help="Of float32, tf32, bfloat16, float16.")
    ] = "float32",
    mode: Annotated[
        str, typer.Option(metavar="MODE,…", help="Of eager, graph (CUDA graphs), compile.")
    ] = "eager",
    threads: Annotated[
        str | None,
        typer.Option(metavar="N,…", help="Of the CPU; default: as many as it has cores."),
    ] = None,
    train: Annotated[
        Literal["sgd", "adam"] | None,
        typer.Option(help="Measure training steps: forward, loss, backward, optimizer."),
    ] = None,
    epoch: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="With --train, tell the time for so many examples; default: 50,000."
        ),
    ] = None,
    processes: Annotated[
        int, typer.Option(metavar="N", help="Fresh processes, between which figures scatter.")
    ] = 3,
    seconds: Annotated[
        float, typer.Option(metavar="S", help="Of samples for each row, over all processes.")
    ] = 6.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Of weights and inputs.")] = 0,
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="What counts as the same; default: 0.03 for models of one run, 0.05 for two runs.",
        ),
    ] = None,
    vs: Annotated[
        str | None,
        typer.Option(
            "--vs",
            "--baseline",
            metavar="FILE|FOLDER",
            help="Compare with this record, or with the last one that a folder keeps.",
        ),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Keep the record in this folder, and compare it with the last one there.",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Ceilings for the floors of a trace's layers."),
    ] = None,
    against_limit: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME,…",
            help="Show what each row reaches of the limit of these devices, as archstat limit "
            "takes them.",
        ),
    ] = None,
    min_share: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Exit code 1 if a row reaches less of its limit, or of that of --against-limit.",
        ),
    ] = None,
    *,
    channels_last: Annotated[
        bool, typer.Option("--channels-last", help="Images with their channels last in memory.")
    ] = False,
    layers: Annotated[
        bool, typer.Option("--layers", help="Measure each layer too, apart from the whole.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="One process, a second: a look, not a figure.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 if a figure is not VALID.")
    ] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="The arguments are records; compare them.")
    ] = False,
    history: Annotated[
        bool,
        typer.Option(
            "--history", help="The arguments are folders that --save keeps: what changed over time."
        ),
    ] = False,
    format_name: Annotated[
        str | None, format_option("svg", "png", "bencher", "benchmark-action")
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write a file; its suffix is a format (.json, .svg, .html, …). Repeatable.",
        ),
    ] = None,
) -> None:
    """Measure the latency and throughput of a forward pass, beside what limits it.

    A second run gives the same figure, or the verdict says why not. Exit code 1 with --strict if a
    figure is not VALID, with --min-share if one is too far from its limit, and with --compare,
    --vs, --save or --history if something got slower.
    """
    with answering():
        from archstat.bench.summary import is_valid
        from archstat.cli.benchmarks.bench_output import Targets, keep_in, require_folder

        targets = Targets.of(output or [], format_name, [*models, *filter(None, [vs])], tolerance)
        if tolerance is not None and not (compare or vs or len(models) > 1):
            raise UsageError("--tolerance is about what is compared", hint="add --vs old.json")
        if compare:
            require_stated(context, OF_COMPARISONS, "two records")
            is_worse = targets.compare(models)
        elif history:
            require_stated(context, OF_HISTORIES, "a folder of records")
            is_worse = targets.show_history(models)
        elif names_trace(models, on):
            require_stated(context, OF_TRACES, shown(models[0]))
            asked = question(input, classes, settings, model_arguments, 1, "none")
            size = batch if is_stated(context, "batch") else None
            kind = dtype if is_stated(context, "dtype") else None
            targets.send(traced(models, asked, batch=size, dtype=kind, ceilings=on))
            is_worse = False
        elif len(models) == 1 and models[0].endswith(RECORD):
            require_stated(context, OF_RECORDS, shown(models[0]))
            targets = targets.beside(against_limit, min_share)
            record = targets.read(models[0])
            is_worse = targets.show(record, None if vs is None else targets.read(vs))
            is_worse |= strict and not is_valid(record)
        else:
            require_models(models)
            from archstat.models.spec.resolve import positive

            images = EPOCH if epoch is None else positive(epoch, "--epoch")
            from archstat.cli.benchmarks.bench_run import Thoroughness, measured, wanted

            effort = Thoroughness.quick(seed) if quick else Thoroughness(processes, seconds, seed)
            asked = question(input, classes, settings, model_arguments, 1, "none")
            cases = wanted(
                models,
                devices=device,
                batch=batch,
                dtypes=dtype,
                modes=mode,
                threads=threads,
                channels_last=channels_last,
                optimizer=train or "",
                question=asked,
                effort=effort,
            )
            targets = targets.beside(against_limit, min_share)
            targets.require_limits(cases)
            if save is not None:
                require_folder(save)
            old = _old(vs, save, cases, targets)
            with stdout_kept():  # a user's file may print
                run = measured(cases, asked, effort, layers=layers, epoch=images, keep=targets.keep)
            is_worse = targets.show(run.record, old)
            if not run.is_whole:
                raise typer.Exit(STOPPED)
            if save is not None:
                keep_in(save, run.record)
            is_worse |= strict and not is_valid(run.record)
    if is_worse:
        raise typer.Exit(NO)


def _old(
    vs: str | None, save: str | None, cases: Sequence[Case], targets: Targets
) -> Record | None:
    """Return what a new record is compared with; None for nothing.

    Raises:
        ArchstatError: It is not there, or holds no record.
    """
    if vs is not None:
        return targets.read(vs, cases)
    if save is None or not any(Path(save).glob(f"*{RECORD}")):
        return None
    from archstat.bench.history import last_of

    last = last_of(Path(save), cases)
    return None if last is None else last.record


def require_stated(context: typer.Context, allowed: Collection[str], what: str) -> None:
    """Check that no option says how to measure what was measured before.

    Raises:
        UsageError: One does.
    """
    for option in context.command.params:
        name = option.name or ""
        if is_stated(context, name) and name not in allowed:
            raise UsageError(
                f"{option.opts[0]} says nothing of {what}, measured before",
                hint="leave it out, or name a model to measure anew",
            )


def require_models(models: list[str]) -> None:
    """Check that no record stands where a model should.

    Raises:
        UsageError: One does.
    """
    for name in models:
        if name.endswith(RECORD):
            raise UsageError(
                f"{shown(name)} is a record, and not a model",
                hint="archstat bench --compare old.json new.json compares records, "
                "--vs old.json a model with one",
            )
