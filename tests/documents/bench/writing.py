"""Ways to write what a benchmark says, for tests."""

from __future__ import annotations

from archstat.documents.bench.comparison import bench_comparison_document
from archstat.documents.bench.layers import layers_document
from archstat.documents.bench.record import record_document
from archstat.formats import format_named
from archstat.pictures.record import picture_of
from tests.formats.writing import texts_of


def render(record, format_name):
    """Return a record in a format."""
    if format_name == "svg":
        return picture_of(record)
    return format_named(format_name).write(record_document(record))


def at_width(record, width):
    """Return a record as a terminal so wide shows it; None for a pipe."""
    return "".join(f"{line}\n" for line in texts_of(record_document(record), width))


def layers_in(run, format_name):
    """Return the layers of the first case of a record in a format."""
    return format_named(format_name).write(layers_document(run, run.results[0]))


def compared_in(comparison, format_name):
    """Return a comparison in a format."""
    return format_named(format_name).write(bench_comparison_document(comparison))
