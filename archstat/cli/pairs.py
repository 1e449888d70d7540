"""Options that say nothing beside others, or without them: each is refused, never ignored."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import PurePath
from typing import Any, NamedTuple

import typer

from archstat.errors import UsageError

CONTEXT = "context"
"""The parameter of a command in which Typer says what was stated."""


class Needs(NamedTuple):
    """An option that says something only where another is stated, perhaps with one value."""

    option: str
    other: str
    value: str = ""
    hint: str = ""


class Apart(NamedTuple):
    """An option that says nothing beside another, perhaps only beside one value of it."""

    option: str
    other: str
    why: str
    value: str = ""

    @property
    def against(self) -> str:
        """What it says nothing beside, as it is written."""
        return f"{self.other} {self.value}".strip()


Rule = Needs | Apart

OF_SIZES: tuple[Rule, ...] = tuple(
    Apart(option, other, f"{other} states all inputs")
    for option in ("--tokens", "--image")
    for other in ("--input", "--input-file")
)

RULES: Mapping[str, Sequence[Rule]] = {
    "bench": (
        Needs("--epoch", "--train", hint="add --train sgd"),
        Apart("--processes", "--quick", "a quick look has one"),
        Apart("--seconds", "--quick", "a quick look takes one"),
    ),
    "field": (
        Apart("--effective", "--from", "--effective is about pixels"),
        Apart("--effective", "--project", "--effective is about pixels"),
        Apart("--unit", "--project", "a pixel reaches several units"),
        Apart("--all", "--project", "a pixel has no layers before it"),
    ),
    "grade": (
        Needs("--address", "--engine", "ray"),
        Apart("--workers", "--engine", "a cluster uses all of its processors", "ray"),
        Apart("--run-submitted-code", "--engine", "it has walls on this machine alone", "ray"),
        Needs("--network", "--run-submitted-code"),
        Needs("--submitted-arg", "--run-submitted-code"),
        Apart("--feedback-format", "--feedback", "nobody is told anything", "none"),
        Apart("--language", "--feedback", "nobody is told anything", "none"),
    ),
    "key": (
        Needs("--keep", "--blank", hint="add --blank COLUMNS, or leave it out"),
        Needs("--seed", "--variants"),
        Needs("--vary", "--variants"),
    ),
    "results": (
        Needs("--per", "--best", hint="add --best FIGURE"),
        Needs("--figure", "--compare", hint="add --compare KEY"),
        *(
            Apart(option, other, why)
            for other, why in (
                ("--sql", "a query asks all by itself"),
                ("--compare", "it has rows and columns of its own"),
            )
            for option in ("--best", "--columns", "--sort", "--top")
        ),
        Apart("--where", "--sql", "a query asks all by itself"),
        Apart("--compare", "--sql", "a query asks all by itself"),
    ),
    "sweep": (
        Needs("--address", "--engine", "ray"),
        Needs("--resource", "--engine", "ray"),
        *(
            Apart(option, "--list", "--list runs nothing")
            for option in ("--retry-failed", "--strict", "--engine")
        ),
    ),
    **dict.fromkeys(("compare", "verify"), OF_SIZES[::2]),
    **dict.fromkeys(("budget", "explain", "report", "table"), OF_SIZES),
}
"""What options of a command ask of each other."""

PYTHON = {".py", ".pyw", ".ipynb"}
"""What --run-file is about."""


def with_pairs(name: str, command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that refuses options that say nothing beside others."""
    signature = inspect.signature(command, eval_str=True)
    takes_context = CONTEXT in signature.parameters

    @wraps(command)
    def run(**options: Any) -> None:
        from archstat.cli.shared import answering

        context = options[CONTEXT] if takes_context else options.pop(CONTEXT)
        with answering():
            require_sense(name, context, options)
        command(**options)

    if not takes_context:
        kind = inspect.Parameter.KEYWORD_ONLY
        stated = inspect.Parameter(CONTEXT, kind, annotation=typer.Context)
        parameters = [*signature.parameters.values(), stated]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def require_sense(name: str, context: typer.Context, values: Mapping[str, Any]) -> None:
    """Check that every option that is stated says something.

    Raises:
        UsageError: One does not.
    """
    stated = {
        parameter.opts[-1]: values.get(parameter.name)
        for parameter in context.command.params
        if parameter.name and is_stated(context, parameter.name)
    }
    for rule in RULES.get(name, ()):
        if rule.option not in stated:
            continue
        if isinstance(rule, Apart):
            if rule.other in stated and (not rule.value or stated[rule.other] == rule.value):
                raise UsageError(
                    f"{rule.option} says nothing beside {rule.against}: {rule.why}",
                    hint="leave one out",
                )
        elif not stated.get(rule.other) or (rule.value and stated[rule.other] != rule.value):
            needed = f"{rule.other} {rule.value}".strip()
            raise UsageError(
                f"{rule.option} says nothing without {needed}",
                hint=rule.hint or f"add {needed}, or leave it out",
            )
    if stated.get("--run-file") and not any(map(_is_python, _texts(values))):
        raise UsageError(
            "--run-file says how a Python file or a notebook is read, and no model is one",
            hint="leave it out",
        )


def is_stated(context: typer.Context, name: str) -> bool:
    """Return whether somebody has stated an option, and it has no value of its own."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _texts(values: Mapping[str, Any]) -> Sequence[str]:
    """Return what may name a model among the arguments of a command."""
    found = [values.get(name) for name in ("model", "against", "file")]
    return [*filter(None, found), *(values.get("models") or ())]


def _is_python(text: str) -> bool:
    name = text.rpartition(":")[0] if ":" in text else text
    return PurePath(name).suffix in PYTHON
