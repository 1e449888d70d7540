"""The mistakes that homework is held against, and what they make wrong in a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from archstat.documents.document import Column, Document, Line, Sentences, Table
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Truth
from archstat.homework.mistakes.base import Mistake
from archstat.homework.mistakes.effects import effects_of, look_alikes
from archstat.report.values import Named

KEY = Column("mistake", "mistake", is_text=True)


def mistakes_document(mistakes: Iterable[Mistake]) -> Document:
    """Return mistakes, with what is done and which columns show it."""
    columns = (
        KEY,
        Column("words", "what is done", is_text=True, wraps=True),
        Column("columns", "columns", is_text=True, wraps=True),
    )
    lines = (
        Line((one.key, one.words, ", ".join(key for key in QUANTITIES if key in one.quantities)))
        for one in mistakes
    )
    table = Table(columns, tuple(lines), is_ruled=False)
    return Document("mistakes", "Mistakes in homework", parts=(table,), is_bare=True)


def effects_document(truth: Truth) -> Document:
    """Return what each mistake makes wrong in a network, and what it cannot be told from."""
    columns = (
        KEY,
        Column("wrong", "wrong cells by column", is_text=True, wraps=True),
        Column("alike", "looks the same as", is_text=True, wraps=True),
    )
    lines, hidden = [], []
    for key, effect in effects_of(truth).items():
        if not effect:
            hidden.append(key)
            continue
        wrong = ", ".join(f"{quantity} {len(cells)}" for quantity, cells in effect.items())
        same = _alike(look_alikes(key, truth))
        lines.append(Line((key, wrong, Named(same, same or "-"))))
    table = Table(columns, tuple(lines), is_ruled=False)
    unseen = (Sentences((f"not seen in this network: {', '.join(hidden)}",)),) if hidden else ()
    name = truth.graph.name
    return Document("mistakes", f"Mistakes in {name}", parts=(table, *unseen), is_bare=True)


def _alike(others: Mapping[str, Sequence[str]]) -> str:
    """Return which mistakes look the same, and in which columns."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for quantity, names in others.items():
        alike.setdefault(tuple(names), []).append(quantity)
    parts = (f"{', '.join(names)} in {', '.join(columns)}" for names, columns in alike.items())
    return "; ".join(parts)
