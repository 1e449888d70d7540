"""The table as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from archstat.bench.record import Record
from archstat.documents.cells import NOTHING
from archstat.documents.letters import printable
from archstat.formats.markdown import escaped, table_line
from archstat.renderers.bench import words
from archstat.renderers.bench.columns import Column, cells, title, unit, used
from archstat.renderers.bench.layers import render_layers
from archstat.renderers.bench.sheet import Row, Sheet, sheet


def render(record: Record) -> str:
    """Return a heading, the table, what its marks mean, and how it was measured."""
    found = sheet(record)
    heading = [f"**{_safe(model)}**" for model in words.models(found)]
    settings = [_safe(text) for text in (words.common(found), *words.devices(found)) if text]
    below = [
        *words.footnotes([title(column, found) for column in used(found)]),
        *(f"{verdict.value}: {reason}" for verdict, reason in words.verdicts(found)),
        *words.notes(found),
        *words.protocol(found),
        *words.spent(found),
    ]
    lines = [
        *(text for line in heading for text in (line, "")),
        *(f"- {text}" for text in settings),
        "",
        *(_table(found) if found.rows else [words.NOTHING_MEASURED]),
        "",
        *(f"- {_safe(text)}" for text in below),
        f"- {_safe(words.reproduce(found))}",
        *(
            f"\n{render_layers(record, row.result, 'markdown').rstrip()}"
            for row in found.rows
            if row.result.layers
        ),
    ]
    return "\n".join(lines) + "\n"


def _table(found: Sheet) -> Iterator[str]:
    columns = used(found)
    yield table_line(
        [
            *(setting.title for setting in found.varying),
            *(_safe(_title(column, found)) for column in columns),
        ]
    )
    yield table_line(
        [
            *("---:" if setting.is_number else ":---" for setting in found.varying),
            *(":---" if column.is_text else "---:" for column in columns),
        ]
    )
    for row in found.rows:
        texts = [setting.text(row.case) or NOTHING for setting in found.varying]
        yield table_line([_safe(text) for text in [*texts, *_cells(columns, row, found)]])


def _title(column: Column, found: Sheet) -> str:
    name, of = title(column, found), unit(column, found)
    return f"{name} [{of}]" if of else name


def _cells(columns: list[Column], row: Row, found: Sheet) -> list[str]:
    """Return what a row has in each column; in the last one why, if it failed."""
    texts = cells(columns, row, found)
    return texts if row.figures is not None else [*texts[:-1], f"{texts[-1]}: {row.reason}"]


def _safe(text: str) -> str:
    return escaped(printable(text))
