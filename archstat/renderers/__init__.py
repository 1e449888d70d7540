"""A report in one format each: one module a format, with `render(report, view) -> str`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Literal, TypeAlias, cast

from archstat.renderers.view import View
from archstat.report.report import Report

FormatName: TypeAlias = Literal["table", "markdown", "csv", "tsv", "json"]

SUFFIXES: Mapping[FormatName, str] = {
    "table": ".txt",
    "markdown": ".md",
    "csv": ".csv",
    "tsv": ".tsv",
    "json": ".json",
}
"""The formats, and the ending of a file in each."""


def renderer(format_name: FormatName) -> Callable[[Report, View], str]:
    """Return the function that renders a report in one of the formats of `SUFFIXES`."""
    module = import_module(f"archstat.renderers.{format_name}")
    return cast("Callable[[Report, View], str]", module.render)
