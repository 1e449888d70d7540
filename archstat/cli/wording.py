"""Messages in the words of the command line: options in place of keywords of the Python interface.

Everything below the command line speaks of `input`, `batch_size` and the like, with their values.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

from archstat.errors import Problem, shown

MOST_STEPS = 4


def _inputs(value: object) -> str:
    """Return a shape, an input as it is written, or several of them."""
    if not isinstance(value, (list, tuple)):
        return shlex.quote(str(value))
    if all(isinstance(each, str) for each in value):
        return " --input ".join(shlex.quote(each) for each in value)
    return "x".join(map(str, value))


def _titles(value: object) -> str:
    stated = value if isinstance(value, Mapping) else {}
    if not stated:
        return str(value)
    return " --column ".join(shlex.quote(f"{title}={key}") for title, key in stated.items())


def _pairs(value: object, option: str = "--arg") -> str:
    stated = value if isinstance(value, Mapping) else {}
    return f" {option} ".join(shlex.quote(f"{key}={text}") for key, text in stated.items())


def _submitted(value: object) -> str:
    return _pairs(value, "--submitted-arg")


def _settings(value: object) -> str:
    stated = value if isinstance(value, Mapping) else {}
    changes = ((layer, *change) for layer, given in stated.items() for change in given.items())
    return " --set ".join(f"{layer}.{key}={setting}" for layer, key, setting in changes)


OPTIONS: Mapping[str, tuple[str, Callable[[object], str]]] = {
    "against": ("--against", str),
    "arguments": ("--arg", _pairs),
    "batch_size": ("--batch", str),
    "classes": ("--classes", str),
    "device": ("--device", str),
    "column": ("--column", _titles),
    "columns": ("--columns", str),
    "convention": ("--convention", str),
    "format": ("--format", str),
    "image": ("--image", str),
    "tokens": ("--tokens", str),
    "input": ("--input", _inputs),
    "input_file": ("--input-file", str),
    "memory": ("--memory", str),
    "sort": ("--sort", str),
    "submitted_arguments": ("--submitted-arg", _submitted),
    "tool": ("--tool", str),
    "value": ("--value", str),
    "values": ("--values", str),
    "settings": ("--set", _settings),
}
"""The option of each keyword, and how its value is written."""


def as_option(name: str, value: object) -> str:
    """Return how a command line states a part of its question.

    >>> as_option("input", (3, 224, 224)), as_option("arguments", {"num_classes": 10})
    ('--input 3x224x224', '--arg num_classes=10')
    """
    option, written = OPTIONS[name]
    return f"{option} {written(value)}"


def told(problem: Problem) -> str:
    """Return a problem as it is printed behind `error: `."""
    places = (OPTIONS[place][0] if place in OPTIONS else place for place in problem.places)
    return Problem(problem.what, problem.hint, tuple(places), problem.instead).told(as_option)


def bug(error: BaseException) -> str:
    """Return what is said of an error that nobody has foreseen, in place of a traceback."""
    import platform
    import traceback
    from pathlib import Path

    from archstat import __version__

    steps = traceback.extract_tb(error.__traceback__)[-MOST_STEPS:]
    where = ", ".join(f"{Path(step.filename).name}:{step.lineno}" for step in steps)
    what = shown(f"{type(error).__name__}: {error}")
    about = f"archstat {__version__}, Python {platform.python_version()}, {where}"
    return (
        f"error: archstat itself fails: {what}\n"
        f"  hint: please report it with the command and these words: {about}\n"
    )
