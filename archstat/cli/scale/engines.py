"""Where work runs: the options that sweeps and the grading of a class have in common."""

from __future__ import annotations

from typing import Annotated

import typer

from archstat.errors import UsageError, did_you_mean, shown

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)

EngineOption = Annotated[
    str,
    typer.Option("--engine", metavar="local|ray", help="Where it runs: here, or on a Ray cluster."),
]
AddressOption = Annotated[
    str,
    typer.Option(
        "--address", metavar="HOST:PORT|auto|local", help="With --engine ray: the cluster."
    ),
]


def require_engine(name: str) -> None:
    """Check that there is an engine of this name.

    Raises:
        UsageError: There is none.
    """
    if name not in ENGINES:
        raise UsageError(
            f"--engine: there is no {shown(name)}",
            hint=did_you_mean(name, ENGINES) or f"there are {' and '.join(ENGINES)}",
        )
