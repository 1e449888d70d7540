"""What the benchmarks of `archstat bench` share: asking it in a fresh process, and its answers.

They read what it prints as JSON, by the contract in docs/bench.md, and compute nothing of it anew.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

CONTENDED = "CONTENDED"


@dataclass(frozen=True)
class Options:
    """What a benchmark is told.

    Attributes:
        runs: How often it repeats itself.
        more: Options for `archstat bench`.
        minutes: After which it begins no other run; None for no such bound.
        is_alone: Whether no other tool is measured beside.
    """

    models: Sequence[str]
    runs: int
    more: Sequence[str]
    minutes: float | None = None
    is_alone: bool = False


def options(
    doc: str | None, models: Sequence[str], *, runs: int | None = None, is_bounded: bool = False
) -> Options:
    """Return what the command line says; what is not known here is for `archstat bench`.

    Without `runs`, a benchmark runs once, and there is no such option. One that is bounded takes
    `--minutes` and `--alone`, too.
    """
    summary = (doc or "").partition("\n")[0]
    parser = argparse.ArgumentParser(
        description=f"{summary} Other options go to archstat bench.", allow_abbrev=False
    )
    parser.add_argument("--model", default=",".join(models), help="several with commas")
    if runs is not None:
        parser.add_argument("--runs", type=int, default=runs)
    if is_bounded:
        parser.add_argument("--minutes", type=float, help="begin no run that would take longer")
        parser.add_argument("--alone", action="store_true", help="without the other tools")
    known, more = parser.parse_known_args()
    return Options(
        known.model.split(","),
        getattr(known, "runs", 1),
        more,
        getattr(known, "minutes", None),
        getattr(known, "alone", False),
    )


def benched(models: Sequence[str], batches: Sequence[int], *more: str) -> dict[str, Any]:
    """Return what `archstat bench` says of models on the CPU, in a process of its own."""
    sizes = ",".join(map(str, batches))
    command = (sys.executable, "-m", "archstat", "bench", *models, "--device", "cpu")
    done = subprocess.run(
        (*command, "--batch", sizes, "--format", "json", *more),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def results(document: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the batch and the rest of each result; one without figures ends the benchmark."""
    for result in document["results"]:
        case = result["case"]
        if result["figures"] is None:
            sys.exit(f"{case['model']}, batch {case['batch_size']}: {result['failure']}")
        yield case["batch_size"], result


def percent(share: float | None) -> str:
    """Return a share in words; unknown ones too."""
    return "?" if share is None else f"{100 * share:.1f} %"


def say(words: str) -> None:
    """Tell whoever waits how far it is."""
    print(words, file=sys.stderr, flush=True)
