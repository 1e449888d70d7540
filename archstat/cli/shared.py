"""What commands have in common: arguments, where output goes, and how errors end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from archstat.cli.progress import waiting
from archstat.cli.streams import CANNOT_ANSWER, STDERR, end_at_once, say, stdout_kept
from archstat.errors import ArchstatError, Stopped, UsageError, within
from archstat.files import noting
from archstat.formats import format_names

if TYPE_CHECKING:
    from archstat.models.question import Loaded, Question
    from archstat.report.columns import LayerColumn
    from archstat.report.report import NetworkReport

NO = 1
LONGEST_S = 1_000_000  # of --timeout: timers take no infinity
MOST_TRIES = 2  # to stop a model by an exception; one that catches all of them ends the process
AGAIN_S = 1.0  # after this it is stopped once more, if it has caught the exception that does it


def complete_model(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the networks of the catalogue and of libraries that begin so, for the shell."""
    from archstat.models.argument import library_names
    from archstat.models.spec.catalogue import catalogue
    from archstat.models.spec.resolve import find_spec

    for name in catalogue():
        if name.startswith(incomplete):
            yield name, find_spec(name).title
    library, slash, _ = incomplete.partition("/")
    if slash:
        with suppress(UsageError):  # there is no such library here
            for name in library_names(library):
                if name.startswith(incomplete):
                    yield name, ""


def complete_format(incomplete: str) -> list[str]:
    """Return the formats that begin so, for the shell."""
    return [name for name in format_names() if name.startswith(incomplete)]


Model: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A name of the catalogue (archstat list), a spec file (my-net.toml), or a PyTorch "
        "model: torchvision/resnet50, homework.py:AlexNet, package.module:attr, timm/NAME.",
        autocompletion=complete_model,
        show_default=False,
    ),
]
Input: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--input",
        metavar="CxHxW",
        help="Shape of one example: channels, rows, columns. Default: the model's own.",
    ),
]
Inputs: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="[NAME=][DTYPE:]CxHxW",
        help="Shape of one example, without the batch; default: the model's own. PyTorch models "
        "may take several, of other types, by name: --input ids:int64:16.",
    ),
]
Arguments: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--arg",
        metavar="KEY=VALUE",
        help="What a PyTorch class or function is called with, as in --arg num_classes=10.",
    ),
]
Classes: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", help="Outputs of the classifier.")
]
Set: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="LAYER.KEY=VALUE",
        help="What if: change a setting of a layer, as in --set conv2.groups=1. Repeatable.",
    ),
]
Columns: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="KEY,…",
        help="Columns, such as layer,out_shape,params; +params,+flops adds to the usual ones.",
    ),
]
Layout: TypeAlias = Annotated[
    Literal["hwc", "chw"], typer.Option(help="Feature maps with channels last, or first.")
]


def named(text: str) -> Path:
    """Return what a word names, which is not the folder that we are in because it is empty."""
    if not text:
        raise typer.BadParameter("it is empty; the folder that you are in is called .")
    return Path(text)


def format_option(*more: str, default: str = "text, or what the suffix of -o says") -> Any:
    """Return the option that chooses a format, of all and of `more` that a command has."""
    return typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help=f"{', '.join((*format_names(), *more))}. Default: {default}.",
        autocompletion=complete_format,
    )


FormatOption: TypeAlias = Annotated[str | None, format_option()]
Output: TypeAlias = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write a file; its suffix is a format."),
]
Device: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="none|meta|cpu|cuda[:i]|mps|xpu",
        help="Where to run a forward pass that every number is held against; "
        "none answers by formula alone, without torch.",
    ),
]


Batch: TypeAlias = Annotated[int, typer.Option(metavar="N", help="Examples a pass.")]
Timeout: TypeAlias = Annotated[
    float | None, typer.Option(metavar="SECONDS", help="Give up on a model after this time.")
]


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Stop what runs inside after so many seconds.

    Raises:
        UsageError: It took longer; or this system cannot stop it.
    """
    if seconds is None:
        yield
        return
    import signal
    from itertools import count

    if not 0 < seconds <= LONGEST_S:
        raise UsageError(
            f"--timeout: must be more than 0 and at most {LONGEST_S:,} seconds, got {seconds:g}"
        )
    if not hasattr(signal, "setitimer"):
        raise UsageError("--timeout cannot be kept on this system")

    refusal = UsageError(f"no answer within {seconds:g} s", hint="allow more with --timeout")
    tries = count(1)

    def stop(_: int, __: object) -> None:
        if next(tries) > MOST_TRIES:
            os.write(STDERR, f"error: {refusal}\n".encode())
            os._exit(CANNOT_ANSWER)
        raise Stopped

    end_at_once()
    before = signal.getsignal(signal.SIGALRM)
    try:
        try:
            signal.signal(signal.SIGALRM, stop)
            signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    except BaseException as error:
        if _is_stop(error):
            raise refusal from None
        raise


def _is_stop(error: BaseException | None) -> bool:
    """Return whether a limit on time is behind an error; Python wraps it in some of its own."""
    while error is not None and not isinstance(error, Stopped):
        error = error.__cause__
    return error is not None


def load(model: str, asked: Question) -> Loaded:
    """Return a model's graph, and let nothing that its code prints reach standard output.

    Raises:
        ArchstatError: There is no such model, or the question does not fit it.
    """
    from archstat.models.argument import find_model

    with waiting(f"reading {model}"), stdout_kept():
        return find_model(model).graph(asked)


def require_layers(report: NetworkReport) -> None:
    """Check that of a network more than its parameters is known.

    Raises:
        UsageError: It is not.
    """
    if not report.is_placed:
        raise UsageError(
            f"of {report.model} are known {report.told_by}, which answers no homework",
            hint="name the class or function that makes it, as in net.py:Net",
        )


@contextmanager
def answering() -> Iterator[None]:
    """End the command with exit code 2 and clear sentences if its question has no answer."""
    try:
        with noting():
            yield
    except ArchstatError as error:
        from archstat.cli.wording import told

        for problem in error.problems:
            say(f"error: {told(problem)}")
        raise typer.Exit(CANNOT_ANSWER) from None


def columns_named(names: str, option: str) -> tuple[LayerColumn, ...]:
    """Return the columns that an option names.

    Raises:
        UsageError: It names none, or one that there is not.
    """
    from archstat.report.columns import choose_columns

    keys = [key.strip() for key in names.split(",") if key.strip()]
    if not keys:
        raise UsageError(f"{option} names none", hint=f"write {option} feature_map,weights")
    with within(option):
        return choose_columns(keys)
