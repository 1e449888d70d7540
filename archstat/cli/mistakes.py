"""`archstat mistakes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archstat.cli import marking
from archstat.cli.reading import question
from archstat.cli.shared import (
    Arguments,
    Classes,
    Inputs,
    Set,
    answering,
    complete_model,
)
from archstat.errors import UsageError

if TYPE_CHECKING:
    from archstat.homework.answers.truth import Truth

EPILOG = """\b
Examples:
  archstat mistakes
  archstat mistakes paper-alexnet
"""


def mistakes(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL]",
            help="A network, as everywhere: what each mistake makes wrong there.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ] = None,
    input: Inputs = None,  # noqa: A002  the option's name
    classes: Classes = None,
    settings: Set = None,
    model_arguments: Arguments = None,
) -> None:
    """List the mistakes that homework is held against, and which of them look the same."""
    with answering():
        from archstat.cli.output import write_stdout
        from archstat.homework.answers.quantities import QUANTITIES
        from archstat.homework.mistakes import MISTAKES
        from archstat.renderers.grid import aligned

        asked = question(input, classes, settings, model_arguments, 1, "none")
        if model is not None:
            write_stdout(_in_network(marking.truth(model, asked)))
            return
        if input or settings or model_arguments or classes is not None:
            raise UsageError("options that change a network need one", hint="name a MODEL")
        lines = [("mistake", "what is done", "columns")]
        for mistake in MISTAKES:
            columns = ", ".join(key for key in QUANTITIES if key in mistake.quantities)
            lines.append((mistake.key, mistake.words, columns))
        write_stdout(aligned(lines))


def _in_network(truth: Truth) -> str:
    """Return what each mistake makes wrong in a network, and what it cannot be told from."""
    from archstat.homework.mistakes.effects import effects_of, look_alikes
    from archstat.renderers.grid import aligned

    lines = [("mistake", "wrong cells by column", "looks the same as")]
    hidden = []
    for key, effect in effects_of(truth).items():
        if not effect:
            hidden.append(key)
            continue
        wrong = ", ".join(f"{quantity} {len(cells)}" for quantity, cells in effect.items())
        alike: dict[tuple[str, ...], list[str]] = {}
        for quantity, others in look_alikes(key, truth).items():
            alike.setdefault(others, []).append(quantity)
        same = "; ".join(
            f"{', '.join(others)} in {', '.join(quantities)}"
            for others, quantities in alike.items()
        )
        lines.append((key, wrong, same or "-"))
    found = aligned(lines)
    return f"{found}\nnot seen in this network: {', '.join(hidden)}\n" if hidden else found
