"""Explanations in one format each: one module a format, with `render(explanations) -> str`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Literal, TypeAlias, cast

from archstat.renderers.explain.page import Page

FormatName: TypeAlias = Literal["text", "markdown", "latex"]

SUFFIXES: Mapping[FormatName, str] = {"text": ".txt", "markdown": ".md", "latex": ".tex"}
"""The formats, and the ending of a file in each."""


def renderer(format_name: FormatName) -> Callable[[Page], str]:
    """Return the function that renders explanations in one of the formats of `SUFFIXES`."""
    module = import_module(f"archstat.renderers.explain.{format_name}")
    return cast("Callable[[Page], str]", module.render)
