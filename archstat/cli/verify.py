"""`archstat verify`."""

from __future__ import annotations

import shutil
import sys

import typer

from archstat.cli.shared import NO, Classes, Device, Input, Model, Set, answering, variant
from archstat.errors import UsageError

EPILOG = """\b
Examples:
  archstat verify paper-alexnet
  archstat verify torchvision-alexnet --input 3x227x227 --device cuda
"""


def verify(
    model: Model,
    input: Input = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    device: Device = "cpu",
) -> None:
    """Hold every number against witnesses that share no code with the formulas.

    A forward pass, torchinfo, fvcore, torch's FlopCounterMode, and autograd, which measures
    receptive fields. Exit code 1 if one disagrees.
    """
    with answering():
        from archstat.cli.output import write_stdout
        from archstat.extras import WITNESSES, require
        from archstat.frontends.resolve import resolve

        if device == "none":
            raise UsageError(
                "--device none: witnesses need a forward pass", hint="use cpu, meta or cuda"
            )
        require(WITNESSES, purpose="verify")
        graph = resolve(model, variant(input, classes, settings))
        from archstat.renderers.grid import heading
        from archstat.renderers.verdict import conclusion, line
        from archstat.report.finding import Verdict
        from archstat.report.report import report_on
        from archstat.witnesses.proof import findings

        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        title, _ = heading(report_on(graph), "hwc")
        write_stdout(f"{title}\n\n")
        seen = []
        for finding in findings(graph, device):
            seen.append(finding)
            write_stdout(line(finding, width=width) + "\n")
            sys.stdout.flush()
        write_stdout(f"\n{conclusion(seen)}\n")
    if any(finding.verdict is Verdict.DISAGREES for finding in seen):
        raise typer.Exit(NO)
