"""A marked sheet in one format each: one module a format, with `render(feedback) -> str`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Literal, TypeAlias, cast

from archstat.homework.feedback import Feedback

FormatName: TypeAlias = Literal["text", "json"]

SUFFIXES: Mapping[FormatName, str] = {"text": ".txt", "json": ".json"}
"""The formats, and the ending of a file in each."""


def renderer(format_name: FormatName) -> Callable[[Feedback], str]:
    """Return the function that renders feedback in one of the formats of `SUFFIXES`."""
    module = import_module(f"archstat.renderers.feedback.{format_name}")
    return cast("Callable[[Feedback], str]", module.render)
