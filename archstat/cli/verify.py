"""`archstat verify`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from archstat.cli.output import destination
from archstat.cli.progress import waiting
from archstat.cli.reading import question
from archstat.cli.shared import (
    NO,
    Arguments,
    Classes,
    Device,
    FormatOption,
    Inputs,
    Model,
    Output,
    Set,
    Timeout,
    answering,
    limited,
)
from archstat.cli.streams import stdout_kept
from archstat.documents.document import Document
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
    format_name: FormatOption = None,
    output: Output = None,
) -> None:
    """Hold every number against witnesses that share no code with the formulas.

    A forward pass, torchinfo, fvcore, torch's FlopCounterMode, and autograd, which measures
    receptive fields; for a PyTorch model those of them that know any model. Exit code 1 if one
    disagrees.
    """
    with answering():
        from archstat.extras import WITNESSES, require

        target = destination(format_name, output, model)
        if device == "none":
            raise UsageError(
                "--device none: witnesses need a forward pass", hint="use cpu, meta or cuda"
            )
        require(WITNESSES, purpose="verify")
        asked = question(input, classes, settings, model_arguments, 1, device)
        from archstat.documents.proof import finding_table, is_proved, proof_document
        from archstat.witnesses.proof import testimony

        seen = []
        with limited(timeout):
            with waiting(f"reading {model}"), stdout_kept():
                title, findings = testimony(model, asked)
            if target.shows_progress:
                target.send(Document("proof", title), "\n")
            for finding in _kept_apart(findings):
                seen.append(finding)
                if target.shows_progress:
                    target.send(Document("proof", "", parts=(finding_table([finding]),)))
        document = proof_document(title, seen)
        target.send(replace(document, title="", parts=()) if target.shows_progress else document)
    if not is_proved(seen):
        raise typer.Exit(NO)


def _kept_apart(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings, and let nothing reach standard output while witnesses look for them."""
    while True:
        with waiting("asking the next witness"), stdout_kept():
            finding = next(findings, None)
        if finding is None:
            return
        yield finding
