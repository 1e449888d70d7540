"""The networks of the catalogue, the kinds of layers, and sources as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archstat.documents.document import Column, Document, Line, Listing, Table
from archstat.graph import Graph
from archstat.layers.base import Layer
from archstat.report.values import Map


def catalogue_document(networks: Mapping[str, Graph]) -> Document:
    """Return networks by name, with input, parameters and MACs."""
    columns = (
        Column("name", "name", is_text=True),
        Column("input", "input", is_text=True, importance=0),
        Column("params", "params"),
        Column("macs", "MACs"),
        Column("title", "title", is_text=True, wraps=True),
    )
    lines = (
        Line(
            (
                name,
                Map(graph.input_shape[0], graph.input_shape[1:], "chw"),
                sum(node.weights + node.biases for node in graph.nodes),
                sum(node.macs for node in graph.nodes),
                graph.title,
            )
        )
        for name, graph in networks.items()
    )
    table = Table(columns, tuple(lines), is_ruled=False)
    return Document("catalogue", "The catalogue", parts=(table,), is_bare=True)


def names_document(library: str, names: Sequence[str]) -> Document:
    """Return the models of a library by their names alone: to know more, each must be built."""
    table = Table(
        (Column("name", "name", is_text=True),),
        tuple(Line((name,)) for name in names),
        has_titles=False,
        is_ruled=False,
    )
    return Document("library", library, parts=(table,), is_bare=True)


def kinds_document(kinds: Mapping[str, type[Layer]]) -> Document:
    """Return kinds of layers by name, with their settings and defaults."""
    columns = (
        Column("kind", "kind", is_text=True),
        Column("settings", "settings", is_text=True, wraps=True),
    )
    lines = (Line((name, ", ".join(kind.signature()))) for name, kind in kinds.items())
    table = Table(columns, tuple(lines), is_ruled=False)
    return Document("kinds", "Kinds of layers", parts=(table,), is_bare=True)


def source_document(title: str, text: str, language: str) -> Document:
    """Return source code as it stands."""
    return Document("source", title, parts=(Listing(text, language),), is_bare=True)
