"""A report in one format each: one module a format, with `render(report, view)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Literal, TypeAlias, cast, overload

from archstat.renderers.view import View
from archstat.report.report import Report

TextFormat: TypeAlias = Literal["table", "markdown", "csv", "tsv", "latex", "json"]
SheetFormat: TypeAlias = Literal["table", "markdown", "csv", "tsv", "latex", "xlsx"]
FormatName: TypeAlias = Literal[TextFormat, "xlsx"]

SUFFIXES: Mapping[FormatName, str] = {
    "table": ".txt",
    "markdown": ".md",
    "csv": ".csv",
    "tsv": ".tsv",
    "latex": ".tex",
    "xlsx": ".xlsx",
    "json": ".json",
}
"""The formats, and the ending of a file in each."""

SHEET_SUFFIXES: Mapping[SheetFormat, str] = {
    name: suffix for name, suffix in SUFFIXES.items() if name != "json"
}
"""Those that people can fill in and hand in."""


@overload
def renderer(format_name: TextFormat) -> Callable[[Report, View], str]: ...
@overload
def renderer(format_name: FormatName) -> Callable[[Report, View], str | bytes]: ...
def renderer(format_name: FormatName) -> Callable[[Report, View], str | bytes]:
    """Return the function that renders a report in one of the formats of `SUFFIXES`."""
    module = import_module(f"archstat.renderers.{format_name}")
    return cast("Callable[[Report, View], str | bytes]", module.render)
