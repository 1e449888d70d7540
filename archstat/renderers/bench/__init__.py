"""A record of a benchmark in one format each: one module a format, with `render(record)`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Literal, TypeAlias

from rich.console import Console

from archstat.bench.record import Record

FormatName: TypeAlias = Literal["table", "markdown", "csv", "json", "svg"]

SUFFIXES: Mapping[FormatName, str] = {
    "table": ".txt",
    "markdown": ".md",
    "csv": ".csv",
    "json": ".json",
    "svg": ".svg",
}
"""The formats, and the ending of a file in each."""


def render(record: Record, format_name: FormatName) -> str:
    """Return a record in one of the formats of `SUFFIXES`."""
    text: str = import_module(f"archstat.renderers.bench.{format_name}").render(record)
    return text


def show(record: Record, console: Console | None = None) -> None:
    """Print the table to a terminal, by default the one at standard output."""
    import_module("archstat.renderers.bench.terminal").show(record, console)
