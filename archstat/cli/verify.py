"""`archstat verify`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from archstat.cli.reading import question
from archstat.cli.shared import (
    NO,
    Arguments,
    Classes,
    Device,
    Inputs,
    Model,
    Set,
    Timeout,
    answering,
    limited,
    stdout_kept,
)
from archstat.errors import UsageError

if TYPE_CHECKING:
    from archstat.report.finding import Finding

EPILOG = """\b
Examples:
  archstat verify paper-alexnet
  archstat verify torchvision-alexnet --input 3x227x227 --device cuda
  archstat verify torchvision/resnet18
"""


def verify(
    model: Model,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
    device: Device = "cpu",
    timeout: Timeout = None,
) -> None:
    """Hold every number against witnesses that share no code with the formulas.

    A forward pass, torchinfo, fvcore, torch's FlopCounterMode, and autograd, which measures
    receptive fields; for a PyTorch model those of them that know any model. Exit code 1 if one
    disagrees.
    """
    with answering():
        from archstat.cli.output import write_stdout
        from archstat.extras import WITNESSES, require

        if device == "none":
            raise UsageError(
                "--device none: witnesses need a forward pass", hint="use cpu, meta or cuda"
            )
        require(WITNESSES, purpose="verify")
        asked = question(input, classes, settings, model_arguments, 1, device)
        from archstat.renderers.verdict import conclusion, line
        from archstat.report.finding import Verdict
        from archstat.witnesses.proof import testimony

        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        seen = []
        with limited(timeout):
            with stdout_kept():
                title, findings = testimony(model, asked)
            write_stdout(f"{title}\n\n")
            for finding in _kept_apart(findings):
                seen.append(finding)
                write_stdout(line(finding, width=width) + "\n")
        write_stdout(f"\n{conclusion(seen)}\n")
    if any(finding.verdict is Verdict.DISAGREES for finding in seen):
        raise typer.Exit(NO)


def _kept_apart(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings, and let nothing reach standard output while witnesses look for them."""
    while True:
        with stdout_kept():
            finding = next(findings, None)
        if finding is None:
            return
        yield finding
