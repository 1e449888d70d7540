"""The process that runs submitted code: it builds the network, and says of what layers it is.

Nothing that it says is taken for a number; see `models.description`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from archstat.errors import ArchstatError, Problem
from archstat.graph import ForwardError
from archstat.models.argument import find_model
from archstat.models.description import StoppedPass, described
from archstat.models.inputs import Written, parse_model_input
from archstat.models.question import Question

FAILED = 2


def asked(
    inputs: Sequence[str],
    arguments: Sequence[str],
    *,
    run_file: bool = False,
    folder: str = "",
    in_part: bool = False,
) -> str:
    """Return what `main` is told before the name of the model.

    Args:
        inputs: What the network is given, each as `parse_model_input` reads it.
        arguments: What its class is called with, each "key=value".
        run_file: Whether the file is run whole.
        folder: Where the code is run; empty for the folder that it is started in.
        in_part: Whether of a network whose forward pass fails, what ran before is described.
    """
    return json.dumps([inputs, arguments, run_file, folder, in_part])


def answer(about: str, model: str, told: Callable[[Problem], str] = str) -> bytes | str:
    """Return the description of a model, or why there is none.

    Args:
        about: What `asked` has returned.
        model: The model.
        told: Says what is wrong.
    """
    inputs, arguments, run_file, folder, in_part = json.loads(about)
    given = (one.partition("=") for one in arguments)
    with suppress(OSError):  # it is hidden, or gone
        os.chdir(folder or ".")
    try:
        question = Question(
            inputs=list(map(parse_model_input, inputs)),
            arguments={key.strip(): Written(text) for key, _, text in given},
            run_file=run_file,
        )
        return described(find_model(model).graph(question).graph).encode()
    except ArchstatError as error:
        if in_part and isinstance(error, ForwardError):
            problem = error.problems[0]
            stop = StoppedPass(problem.what, problem.hint or "", error.stopped_in)
            return described(error.graph, stop).encode()
        return "".join(f"error: {told(one)}\n" for one in error.problems)


def main(told: Callable[[Problem], str] = str) -> None:
    """Print the description of the model that is named.

    Args:
        told: Says what is wrong.
    """
    about, model = sys.argv[1:]
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the code prints is no answer
    said = answer(about, model, told)
    if isinstance(said, str):
        sys.stderr.write(said)
        sys.exit(FAILED)
    with os.fdopen(answers, "wb") as pipe:
        pipe.write(said)
    os._exit(0)  # whatever the code has left running


if __name__ == "__main__":
    main()
