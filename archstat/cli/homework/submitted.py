"""Python that was handed in, which runs in a process of its own and is believed nothing.

Whatever it does, ends the process or writes to its pipes, it has described a network or none.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archstat.cli.progress import waiting
from archstat.cli.wording import told
from archstat.errors import Problem, TraceError, UsageError, within
from archstat.files import read_so_far, resolved

if TYPE_CHECKING:
    from archstat.graph import Graph
    from archstat.homework.grading.guards import Limits
    from archstat.models.description import StoppedPass

LONGEST_SAID = 10_000


def is_code(file: str) -> bool:
    """Return whether FILE names a class in a Python file or a notebook, and no sheet."""
    name, colon, attribute = file.rpartition(":")
    path = Path(name if colon else file)
    is_named = bool(colon and attribute.isidentifier())
    return path.suffix == ".py" or (is_named and path.suffix == ".ipynb")


def network_of(
    file: str,
    inputs: Sequence[str],
    arguments: Sequence[str],
    limits: Limits,
    *,
    run_file: bool = False,
) -> tuple[Graph, StoppedPass | None]:
    """Return the network of a Python file or a notebook, which a process without trust runs.

    Of one whose forward pass fails, what ran before is returned, and where it stopped.

    Args:
        file: The file, and the class in it.
        inputs: What the network is given.
        arguments: What the class is called with.
        limits: What the process may take.
        run_file: Whether the file is run whole.

    Raises:
        ArchstatError: There is no such network, or it takes too much.
    """
    from archstat.homework.grading.processes import python
    from archstat.homework.grading.submitted import describing
    from archstat.homework.grading.submitted.sandbox import MachineIsFull, Sandbox, TimeIsUp
    from archstat.homework.grading.submitted.walls import Walls
    from archstat.models.description import graph_of, stop_of
    from archstat.models.inputs import parse_model_input

    name, colon, attribute = file.rpartition(":") if ":" in file else (file, "", "")
    path = Path(name).absolute()
    about = describing.asked(inputs, arguments, run_file=run_file, folder=os.getcwd(), in_part=True)  # noqa: PTH109
    hidden = tuple(each for each in read_so_far() if each != resolved(path))
    sandbox = Sandbox((*python(__name__), about), limits, walls=Walls(hidden))
    with within(file):
        try:
            with waiting(f"reading {file}"):
                said = asyncio.run(sandbox.said_of(f"{path}{colon}{attribute}"))
        except TimeIsUp:
            raise UsageError(limits.too_long, hint="--timeout allows more") from None
        except MachineIsFull as error:
            raise UsageError(f"could not be run: {error}", hint="try again") from None
    if isinstance(said, str):
        raise _refusal(said.replace(str(path), name), file)
    shape = parse_model_input(inputs[0]).shape
    with within(file):
        return graph_of(said, name=file, input_shape=shape), stop_of(said)


def _refusal(said: str, file: str) -> TraceError:
    """Return an error of what a process says that has no answer."""
    from archstat.homework.grading.submitted.sandbox import FIRST_ERROR

    *_, problems = ("", *FIRST_ERROR.split(said, maxsplit=1)[1:])
    if not problems:
        last = next(filter(str.strip, reversed(said.splitlines())), "")
        why = f"ends the process that runs it: {last.strip()}" if last else "gives no answer"
        return TraceError(f"{file}: {why[:LONGEST_SAID]}")
    texts = FIRST_ERROR.split(problems[:LONGEST_SAID])
    return TraceError.of([Problem(text.rstrip("\n")) for text in texts])


def _said(problem: Problem) -> str:
    """Return a problem with a model as one with what was handed in: its arguments are others."""
    places, instead = (
        ["submitted_arguments" if name == "arguments" else name for name in names]
        for names in (problem.places, problem.instead)
    )
    return told(
        replace(
            problem,
            places=tuple(places),
            instead=dict(zip(instead, problem.instead.values(), strict=True)),
        )
    )


if __name__ == "__main__":
    from archstat.homework.grading.submitted.describing import main

    main(_said)
