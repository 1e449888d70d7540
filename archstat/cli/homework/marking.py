"""What the commands on homework have in common."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from archstat.errors import Problem, UsageError, shown, within

if TYPE_CHECKING:
    from archstat.homework.answers.truth import Truth
    from archstat.homework.marking.language import Language
    from archstat.homework.marking.policy import Policy
    from archstat.homework.others.other import Other, Others
    from archstat.homework.reading import Contents
    from archstat.models.question import Question

STDIN = "-"

Against: TypeAlias = Annotated[
    str, typer.Option("--against", metavar="MODEL", help="The network, as everywhere.")
]
Columns: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--column", metavar="TITLE=KEY", help="What a column asks for: 'Größe=feature_map'."
    ),
]
Conventions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--convention",
        metavar="NAME",
        help="A convention that counts as right: with-biases, weights-only, keras, keras-lstm, "
        "per-device, every-output, clipped, batch, 2-bytes; macs, flops, macs+bias, textbook, "
        "torchstat, torchstat-madd, torchinfo, fvcore, thop, ptflops, tensorflow.",
    ),
]
Asked: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--asked",
        metavar="KEY,…",
        help="What the homework asks for, as in weights,rf,total: other columns earn nothing, and "
        "a missing one costs its cells. Default: what the sheet holds.",
    ),
]
AnyConvention: TypeAlias = Annotated[
    bool, typer.Option("--accept-any-convention", help="Every convention counts as right.")
]
PolicyFile: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Points and credit, in TOML.")
]
Tongue: TypeAlias = Annotated[
    str,
    typer.Option(
        "--language", metavar="en|ko", help="The language in which mistakes are explained."
    ),
]
SubmittedArguments: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--submitted-arg",
        metavar="KEY=VALUE",
        help="What a submitted class is called with, as in --submitted-arg num_classes=10.",
    ),
]
OutOf: TypeAlias = Annotated[
    float | None,
    typer.Option("--out-of", metavar="N", help="The points that all is scaled to."),
]
FeedbackLevel: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="none|score|hint|full", help="How much is told. Default: hint."),
]


def truth(model: str, asked: Question) -> Truth:
    """Return what is right for a network.

    Raises:
        ArchstatError: There is no such model, or the question does not fit it.
    """
    from archstat.cli.shared import load, require_layers
    from archstat.homework.answers.truth import truth_of
    from archstat.report.report import report_on

    graph, traced_on, batch = load(model, asked)
    report = report_on(graph, batch_size=batch, traced_on=traced_on)
    require_layers(report)
    return truth_of(graph, report)


def others(model: str, asked: Question) -> Others:
    """Return the networks that a sheet may be of instead of the one that is asked for."""
    from archstat.homework.others.other import others_of

    shape = asked.inputs[0].shape if asked.inputs else None
    return others_of(model, shape, asked.classes, asked.settings)


def again(file: str, other: Other) -> str:
    """Return the command that marks a sheet against another network."""
    variant = other.variant
    words = ["archstat", "check", file, "--against", other.model]
    if variant.input is not None:
        words += ["--input", "x".join(map(str, variant.input))]
    if variant.classes is not None:
        words += ["--classes", str(variant.classes)]
    for layer, changes in variant.settings.items():
        for key, value in changes.items():
            words += ["--set", f"{layer}.{key}={json.dumps(value)}"]
    return shlex.join(words)


def policy(
    file: Path | None,
    conventions: list[str] | None,
    feedback: str | None,
    asked: str | None,
    *,
    any_convention: bool,
    out_of: float | None = None,
) -> Policy:
    """Return how sheets are marked: as a file says, and then the options.

    Raises:
        UsageError: The file or an option cannot be used.
    """
    from archstat.homework.marking.policy import (
        Policy,
        amount,
        level,
        quantities,
        read_policy,
        readings,
    )

    stated = Policy() if file is None else read_policy(file)
    if conventions:
        with within("--convention"):
            stated = replace(stated, conventions=(*stated.conventions, *readings(conventions)))
    if feedback is not None:
        with within("--feedback"):
            stated = replace(stated, feedback=level(feedback))
    if asked is not None:
        with within("--asked"):
            keys = [key.strip() for key in asked.split(",") if key.strip()]
            if not keys:
                raise UsageError("names none", hint="write --asked weights,rf")
            stated = replace(stated, asked=quantities(keys))
    if out_of is not None:
        with within("--out-of"):
            stated = replace(stated, out_of=amount(out_of))
    return replace(stated, any_convention=True) if any_convention else stated


def fit(policy: Policy, truth: Truth) -> None:
    """Check that a policy speaks of layers that there are.

    Raises:
        UsageError: It speaks of others; all are named.
    """
    from archstat.errors import UsageError, did_you_mean, listed

    named = [*policy.cells, *(cell for cell in policy.bonus if cell[0])]
    layers = list(truth.account)
    problems = [
        Problem(
            f"the policy names the layer {shown(layer)}, which {truth.graph.name} has not",
            did_you_mean(layer, layers) or f"it has {listed(layers)}",
        )
        for layer, _ in named
        if layer not in truth.account and layer != "total"
    ]
    if problems:
        raise UsageError.of(problems)


def language(key: str) -> Language:
    """Return the language that an option names.

    Raises:
        UsageError: There is none.
    """
    from archstat.homework.marking.language import language_named

    with within("--language"):
        return language_named(key)


def contents(file: str) -> Contents:
    """Return what a file holds, or standard input.

    Raises:
        SheetError: It cannot be read, or has none.
    """
    from archstat.homework.reading import limits, read_bytes, read_file

    if file == STDIN:
        data = sys.stdin.buffer.read(limits.MOST_BYTES + 1)
        return read_bytes(data, name=name_of(file))
    return read_file(Path(file))


def seconds(timeout: float) -> float:
    """Return for how long a submission may work.

    Raises:
        UsageError: That is no time.
    """
    from archstat.cli.shared import LONGEST_S

    if not 0 < timeout <= LONGEST_S:
        raise UsageError(
            f"--timeout: must be more than 0 and at most {LONGEST_S:,} seconds, got {timeout:g}"
        )
    return timeout


def name_of(file: str) -> str:
    """Return what a file is called in messages, without what a terminal obeys."""
    if file == STDIN:
        return "standard input"
    return file if file.isprintable() else shown(file)


def chosen(columns: list[str] | None) -> dict[str, str]:
    """Return what `--column` options decide.

    Raises:
        UsageError: One cannot be read.
    """
    from archstat.homework.sheet.columns import parse_choice

    with within("--column"):
        return dict(parse_choice(text) for text in columns or [])
