"""A marked sheet in one format each: one module a format, with `render(feedback) -> str`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Literal, TypeAlias, cast

from archstat.errors import ArchstatError
from archstat.homework.marking.feedback import Feedback

FormatName: TypeAlias = Literal[
    "text", "markdown", "html", "json", "csv", "gradescope", "prairielearn", "github-classroom"
]

SUFFIXES: Mapping[FormatName, str] = {
    "text": ".txt",
    "markdown": ".md",
    "html": ".html",
    "json": ".json",
    "csv": ".csv",
    "gradescope": ".json",
    "prairielearn": ".json",
    "github-classroom": ".json",
}
"""The formats, and the ending of a file in each; an ending stands for the first that has it."""

GRADERS: tuple[FormatName, ...] = ("gradescope", "prairielearn", "github-classroom")
"""The formats of grading systems: they have tests, and `refuse` what cannot be marked."""


def renderer(format_name: FormatName) -> Callable[[Feedback], str]:
    """Return the function that renders feedback in one of the formats of `SUFFIXES`."""
    return cast("Callable[[Feedback], str]", _module(format_name).render)


def refuser(format_name: FormatName) -> Callable[[ArchstatError], str]:
    """Return the function that tells one of the `GRADERS` why a sheet cannot be marked."""
    return cast("Callable[[ArchstatError], str]", _module(format_name).refuse)


def _module(format_name: FormatName) -> ModuleType:
    return import_module(f"archstat.renderers.feedback.{format_name.replace('-', '_')}")
