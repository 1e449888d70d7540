"""Texts of options as what they state: numbers, settings of layers, arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from archstat.errors import UsageError, shown
from archstat.formats import AUTO, COLOR

if TYPE_CHECKING:
    from archstat.models.question import Question
    from archstat.models.spec.build import Settings

RUN_FILE: ContextVar[bool] = ContextVar("RUN_FILE", default=False)
"""Whether the command that runs was given --run-file, which goes with every MODEL argument."""

INPUT_FILE: ContextVar[str] = ContextVar("INPUT_FILE", default="")
"""The file with example inputs that the command that runs was given."""

TOKENS: ContextVar[int | None] = ContextVar("TOKENS", default=None)
IMAGE: ContextVar[str | None] = ContextVar("IMAGE", default=None)
"""How large the usual inputs of a model are, as the command that runs was told."""

SIZED = frozenset({"budget", "compare", "explain", "report", "table", "verify"})
"""The commands that take these."""

VALUES: ContextVar[str] = ContextVar("VALUES", default="")
"""What inputs hold, as the command that runs was told."""

TRACING = frozenset({"budget", "explain", "report", "table"})
"""The commands whose model runs once, which may be on such a file."""

NUMBER = re.compile(r"(?P<digits>\d+(_\d+)*(\.\d+)?)(?P<unit>[A-Za-z]*)", re.ASCII)
COUNTS: Mapping[str, int] = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
BYTES: Mapping[str, int] = {
    "": 1,
    "B": 1,
    **{f"{prefix}B": factor for prefix, factor in COUNTS.items() if prefix},
    **{f"{prefix}iB": 1 << 10 * power for power, prefix in enumerate("KMGT", 1)},
}
"""What a unit of bytes stands for; Ki, Mi, … are powers of 1,024."""


def with_options_of_models(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options that go with PyTorch models, if it takes their arguments.

    They are --run-file, and --input-file and --values where the model runs once.
    """
    parameters = inspect.signature(command, eval_str=True).parameters
    if "model_arguments" not in parameters and "models" not in parameters:
        return command
    name = command.__name__
    option = typer.Option("--run-file", help="Run a Python file whole, and not what it defines.")
    command = _with_option(
        command, "run_file", Annotated[bool, option], default=False, said=RUN_FILE
    )
    if name not in SIZED:
        return command
    option = typer.Option(metavar="N", help="Tokens of a model's own input.")
    command = _with_option(
        command, "tokens", Annotated[int | None, option], default=None, said=TOKENS
    )
    option = typer.Option(metavar="N", help="Rows and columns of its image: 224, or 320x480.")
    command = _with_option(
        command, "image", Annotated[str | None, option], default=None, said=IMAGE
    )
    if name not in TRACING:
        return command
    option = typer.Option(
        "--input-file",
        metavar="FILE",
        help="Example inputs of a PyTorch model: .pt, .npz or .json, with their batch.",
    )
    command = _with_option(
        command, "input_file", Annotated[str, option], default="", said=INPUT_FILE
    )
    option = typer.Option(
        "--values",
        metavar="ones|random",
        help="What inputs hold where the forward pass reads them; zeros, unless stated.",
    )
    return _with_option(command, "values", Annotated[str, option], default="", said=VALUES)


def with_color(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the option --color."""
    option = typer.Option("--color", help="Colours: on a terminal that wants them, always, never.")
    words = Literal["auto", "always", "never"]
    return _with_option(command, "color", Annotated[words, option], default=AUTO, said=COLOR)


def _with_option(
    command: Callable[..., None],
    name: str,
    annotation: object,
    default: object,
    said: ContextVar[Any],
) -> Callable[..., None]:
    """Return a command with one more option, whose value is said to all that it calls."""
    stated = inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )

    @wraps(command)
    def run(**options: object) -> None:
        before = said.set(options.pop(name))
        try:
            command(**options)
        finally:
            said.reset(before)  # another command may run in this process

    signature = inspect.signature(command, eval_str=True)
    parameters = [*signature.parameters.values(), stated]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def question(
    inputs: list[str] | None,
    classes: int | None,
    settings: list[str] | None,
    model_arguments: list[str] | None,
    batch_size: int,
    device: str,
) -> Question:
    """Return what the options ask.

    Raises:
        UsageError: An option cannot be read.
    """
    from archstat.models.inputs import parse_model_input
    from archstat.models.question import Question
    from archstat.models.spec.resolve import positive

    return Question(
        inputs=[parse_model_input(text) for text in inputs or []],
        classes=None if classes is None else positive(classes, "--classes"),
        settings=parse_settings(settings or []),
        arguments=arguments(model_arguments),
        batch_size=batch_size,
        device=device,
        run_file=RUN_FILE.get(),
        input_file=INPUT_FILE.get(),
        tokens=None if TOKENS.get() is None else positive(TOKENS.get() or 0, "--tokens"),
        image=_image(IMAGE.get()),
        values=VALUES.get(),
    )


def _image(text: str | None) -> tuple[int, ...] | None:
    """Return the rows and columns of an image: one number for both, or two.

    Raises:
        UsageError: It states none.
    """
    if text is None:
        return None
    from archstat.models.inputs import parse_shape

    try:
        sizes = parse_shape(text)
    except UsageError:
        sizes = ()
    if len(sizes) not in {1, 2}:
        what = f"--image: {shown(text)} is no size of an image"
        raise UsageError(what, hint="write 224 or 320x480")
    return sizes * 2 if len(sizes) == 1 else sizes


def parse_settings(assignments: list[str]) -> Settings:
    """Return the changes that `--set layer.key=value` options state.

    Raises:
        UsageError: One has another form.

    >>> parse_settings(["conv2.groups=1", "conv1.kernel_size=[11, 7]"])
    {'conv2': {'groups': 1}, 'conv1': {'kernel_size': [11, 7]}}
    """
    changes: dict[str, dict[str, object]] = {}
    for assignment in assignments:
        target, equals, text = assignment.partition("=")
        layer, dot, key = (part.strip() for part in target.rpartition("."))
        if not (equals and dot and layer and key and text.strip()):
            raise UsageError(
                f"--set {shown(assignment)} does not say what to change",
                hint="write --set layer.key=value, as in --set conv2.groups=1",
            )
        changes.setdefault(layer, {})[key] = parse_value(text.strip())
    return changes


def parse_value(text: str) -> object:
    """Return a value as TOML reads it; a bare word is a text."""
    from archstat.toml import toml_of

    try:
        document = toml_of(f"value = {text}")
    except UsageError:
        return text
    return document["value"] if len(document) == 1 else text


def arguments(assignments: list[str] | None) -> dict[str, object]:
    """Return what `--arg key=value` options state.

    Raises:
        UsageError: One has another form.
    """
    from archstat.models.inputs import Written

    stated: dict[str, object] = {}
    for assignment in assignments or []:
        key, equals, text = assignment.partition("=")
        if not equals or not key.strip().isidentifier():
            raise UsageError(
                f"--arg {shown(assignment)} is not an argument", hint="write --arg num_classes=10"
            )
        stated[key.strip()] = Written(text.strip())
    return stated


def amount(text: str, *, units: Mapping[str, int], option: str) -> int:
    """Return the whole number that an option states, such as 62M, 62_000_000 or 8MiB.

    Raises:
        UsageError: It states none, or in another unit.

    >>> amount("1.5G", units=COUNTS, option="--max-macs")
    1500000000
    """
    found = NUMBER.fullmatch(text.strip())
    factor = units.get(found["unit"]) if found else None
    if found is None or factor is None:
        known = ", ".join(unit for unit in units if unit)
        raise UsageError(
            f"{option}: {shown(text)} is not a number",
            hint=f"write digits, perhaps with _ between them, and perhaps one of {known}",
        )
    digits: str = found["digits"]
    whole, _, part = digits.replace("_", "").partition(".")
    scale: int = 10 ** len(part)
    value, rest = divmod(int(whole + part) * factor, scale)
    if rest or (part and factor == 1):
        raise UsageError(f"{option}: {shown(text)} is not a whole number")
    return value
