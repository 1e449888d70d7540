"""The process that runs submitted code: it builds the network, and says of what layers it is.

Nothing that it says is taken for a number; see `models.description`.
"""

from __future__ import annotations

import json
import os
import sys

from archstat.errors import ArchstatError
from archstat.models.argument import find_model
from archstat.models.description import described
from archstat.models.inputs import Written, parse_model_input
from archstat.models.question import Question

FAILED = 2


def main() -> None:
    """Print the description of the model that is named, for an input of the size that is.

    Between them may stand, in JSON, what its class is called with: a list of "key=value".
    """
    size, *stated, model = sys.argv[1:]
    given = (one.partition("=") for one in (json.loads(stated[0]) if stated else []))
    arguments = {key.strip(): Written(text) for key, _, text in given}
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the code prints is no answer
    try:
        question = Question(inputs=[parse_model_input(size)], arguments=arguments)
        graph = find_model(model).graph(question).graph
    except ArchstatError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(FAILED)
    with os.fdopen(answer, "wb") as pipe:
        pipe.write(described(graph).encode())
    os._exit(0)  # whatever the code has left running


if __name__ == "__main__":
    main()
