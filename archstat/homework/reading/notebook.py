"""Notebooks: tables in the text, and in what the code printed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from archstat.errors import SheetError
from archstat.homework.reading import document, limits
from archstat.homework.reading.table import Found, Passage

OUTPUTS = ("text/html", "text/markdown", "text/latex", "text/plain")
"""Forms of one output, the one that shows its columns best first."""


def is_notebook(text: str) -> bool:
    """Return whether a text looks like the JSON of a notebook."""
    return text.lstrip()[:1] == "{" and '"cells"' in text


def found(text: str) -> Iterator[Found | Passage]:
    """Yield the tables of a notebook, and the text around them.

    Raises:
        SheetError: It is none.
    """
    limits.check(text.count(r"\n"), limits.MOST_LINES, "lines")
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise SheetError("is not a notebook: it nests too deep") from None
    except ValueError as error:
        raise SheetError(f"is not a notebook: {error}") from None
    texts = 0
    for number, cell in enumerate(_list(_get(notebook, "cells")), 1):
        texts += 1 + len(OUTPUTS) * len(_list(_get(cell, "outputs")))
        limits.check(texts, limits.MOST_TEXTS, "cells and outputs")
        kind = _get(cell, "cell_type")
        if kind != "code":
            yield from document.found(_text(_get(cell, "source")), f"cell {number}, ")
        for output in _list(_get(cell, "outputs")):
            yield from _output(output, f"cell {number} (code output), ")


def _output(output: object, place: str) -> Iterator[Found | Passage]:
    """Yield the tables in the best form of an output that has any, or what was printed."""
    data = _get(output, "data")
    said: list[Found | Passage] = []
    printed = _get(output, "text") if _get(output, "name") != "stderr" else ""
    for text in (printed, *(_get(data, form) for form in OUTPUTS)):
        items = list(document.found(_text(text), place))
        if any(isinstance(item, Found) for item in items):
            yield from items
            return
        said = said or items
    yield from said


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return what a notebook stores as a text or as its lines."""
    lines = [value] if isinstance(value, str) else _list(value)
    return "".join(line for line in lines if isinstance(line, str))
