"""Ways to write a report, for tests of formats."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from archstat.documents.report import report_document
from archstat.documents.view import View
from archstat.formats import format_named
from archstat.formats.layout.lines import lines


def written(format_name, report, view=None):
    """Return a report in a format."""
    return format_named(format_name).write(report_document(report, view or View()))


def pieces(report, view=None, width=None):
    """Return the lines of a report, in pieces."""
    return list(lines(report_document(report, view or View()), width))


def texts(report, view=None, width=None):
    """Return the lines of a report, as a terminal so wide shows them."""
    return texts_of(report_document(report, view or View()), width)


def texts_of(document, width=None):
    """Return the lines of a document, as a terminal so wide shows them."""
    return ["".join(text for text, _ in line).rstrip() for line in lines(document, width)]


def on_console(document, width=80, *, terminal=True, **environment):
    """Return what a terminal is sent."""
    console = Console(
        file=StringIO(),
        force_terminal=terminal,
        width=width,
        soft_wrap=True,
        highlight=False,
        _environ={"TERM": "xterm-256color", **environment},
    )
    return format_named("terminal").write(document, console)
