"""Networks side by side in one format each: one module a format, with `render(comparison)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Literal, TypeAlias, cast

from archstat.report.comparison import Comparison

FormatName: TypeAlias = Literal["text", "markdown", "csv", "json"]

SUFFIXES: Mapping[FormatName, str] = {
    "text": ".txt",
    "markdown": ".md",
    "csv": ".csv",
    "json": ".json",
}
"""The formats, and the ending of a file in each."""


def renderer(format_name: FormatName) -> Callable[[Comparison], str]:
    """Return the function that renders a comparison in one of the formats of `SUFFIXES`."""
    module = import_module(f"archstat.renderers.compare.{format_name}")
    return cast("Callable[[Comparison], str]", module.render)
