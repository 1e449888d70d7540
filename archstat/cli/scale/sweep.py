"""`archstat sweep`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli.output import destination
from archstat.cli.scale.engines import LOCAL, RAY, AddressOption, EngineOption, require_engine
from archstat.cli.shared import NO, FormatOption, answering
from archstat.errors import UsageError, shown, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archstat.sweep.case import SweepCase
    from archstat.sweep.engines.engine import Engine
    from archstat.sweep.sweeping import CaseEnd

STOPPED = 130  # what shells say of a program that Ctrl-C ended

EPILOG = """\b
Examples:
  archstat sweep plan.toml --list
  archstat sweep plan.toml -o store
  archstat sweep plan.toml -o store --shard 1/16
  archstat sweep plan.toml -o store --engine ray --address auto
"""


def sweep(
    plan: Annotated[
        str,
        typer.Argument(
            metavar="PLAN", help="A file plan.toml: models, batches, devices.", show_default=False
        ),
    ],
    store: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--store",
            metavar="FOLDER",
            help="Where what comes of each case is kept; the same command goes on there.",
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N", help="Run the I-th of N parts, which take about as long as each other."
        ),
    ] = None,
    engine: EngineOption = LOCAL,
    address: AddressOption = "auto",
    resource: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=N", help="With --engine ray: what a case on a GPU needs, as in h200=1."
        ),
    ] = None,
    *,
    list_only: Annotated[
        bool, typer.Option("--list", help="Print the cases, and run none.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run those again that failed.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 if a case failed.")] = False,
    format_name: FormatOption = None,
) -> None:
    """Run every case of a plan in a fresh process, and keep what comes of each.

    A case that fails is a row. What was stopped goes on with the same command, and loses the case
    that was running, at most.
    """
    with answering():
        from archstat.documents.sweep.plan import count, plan_document, swept_document
        from archstat.models.argument import library_names
        from archstat.models.spec.catalogue import catalogue
        from archstat.sweep.plan import read_plan
        from archstat.sweep.running import CaseLimits
        from archstat.sweep.store import Store
        from archstat.sweep.sweeping import sweep as swept
        from archstat.sweep.sweeping import to_do

        target = destination(format_name, None)
        read = read_plan(
            Path(plan), lambda library: library_names(library) if library else list(catalogue())
        )
        cases: Sequence[SweepCase] = read.cases
        if shard is not None:
            cases = read.shard(*_shard(shard))
        if store is None and not list_only:
            raise UsageError(
                "a sweep needs a folder for what comes of it",
                hint=f"write archstat sweep {plan} -o store, or --list to see its cases",
            )
        kept = Store(Path(store or "."))
        if list_only:
            notes = [f"{read.left_out:,} are left out"] if read.left_out else []
            statuses = {} if store is None else kept.statuses()
            target.send(plan_document(plan, cases, statuses, notes))
            return
        running = _engine(engine, address, resource or [])
        kept.make()
        todo = to_do(cases, kept, retry_failed=retry_failed)
        before = len(cases) - len(todo)
        said = f", {before:,} of them done before" if before else ""
        sys.stderr.write(f"{count(len(cases), 'case')}{said}\n")
        try:
            for step in swept(todo, running, kept, CaseLimits(read.limit_s)):
                _tell(step)
        except KeyboardInterrupt:
            sys.stderr.write(f"stopped; archstat sweep {plan} -o {store} goes on\n")
            raise typer.Exit(STOPPED) from None
        failures = kept.failures(case.id for case in cases)
        target.send(swept_document(plan, cases, failures))
    if strict and failures:
        raise typer.Exit(NO)


def _tell(step: CaseEnd) -> None:
    """Print that a case has ended, on standard error."""
    from archstat.documents.sweep.plan import duration

    outcome = step.outcome
    left = f", {duration(step.left_s)} left" if step.number < step.of else ""
    said = f"{duration(outcome.took_s)}{left}"
    why = "" if outcome.is_done else f": {outcome.reason}"
    mark = "done" if outcome.is_done else "failed"
    sys.stderr.write(f"[{step.number}/{step.of}] {mark}  {outcome.case} ({said}){why}\n")
    sys.stderr.flush()


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise UsageError(
            f"--shard: must be I/N with I from 1 to N, got {shown(text)}", hint="write --shard 1/16"
        )
    return int(number), int(of)


def _engine(name: str, address: str, resources: Sequence[str]) -> Engine:
    require_engine(name)
    if name == RAY:
        from archstat.sweep.engines.ray import Ray

        with within("--resource"):
            return Ray(address, dict(map(_resource, resources)))
    from archstat.sweep.engines.local import Local

    return Local()


def _resource(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number or 1)
    except ValueError:
        raise UsageError(f"must be NAME=N, got {shown(text)}", hint="write h200=1") from None
