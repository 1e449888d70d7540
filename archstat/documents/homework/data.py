"""Feedback as JSON, for tools; docs/marking.md documents the contract.

Tables, rows and columns count from 1, rows without the titles. What the level of feedback withholds
is null: the points below "score", cells and mistakes below "hint", answers below "full".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from archstat.homework.answers.truth import Answer
from archstat.homework.marking.causes import Cause
from archstat.homework.marking.feedback import Feedback, line
from archstat.homework.marking.fitting import OtherFit
from archstat.homework.marking.held import Held
from archstat.homework.marking.marks import Cell, Mark
from archstat.homework.reading.text import harmless

SCHEMA = 1
"""The version of the contract."""


def plain(value: Answer) -> Any:
    """Return a number, sizes or a word as JSON has them."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return list(value) if isinstance(value, tuple) else value


def data_of(feedback: Feedback) -> dict[str, Any]:
    """Return a marked sheet as the contract has it.

    Keys:
        schema: The version of the contract, 1.
        file, table, model: What was marked: the file, where in it, and against which network.
        tables: The tables that were marked, by number, and where they stand.
        feedback: The level; one of none, score, hint, full.
        points, out_of: What the sheet earned, of what it could.
        right: Whether nothing is wrong, missing or unreadable.
        notes: How the sheet was read where it could be read otherwise, in sentences.
        columns: For each quantity that a column asks for: its table, the column, its title, the
            quantity, the convention it is filled in by (null for our own) and whether that was
            declared.
        unrecognised: The titles of the columns that say nothing known.
        cells: For each cell and quantity: its table, row and column, what the row is about (a
            layer, a block, "input", "total"), what was written, the verdict (right, rounded,
            convention, not_sure, follows, wrong, missing, unreadable, not_asked), points and
            worth, the mistake behind it, the layers and quantities that it follows from, and the
            answer (shapes with channels first).
        gaps: The cells that layers without a row would have, and what they are worth.
        causes: The mistakes, the one behind most cells first: the name, whether more than chance
            speaks for it, other mistakes that explain as much, the cells that it made wrong and
            those that follow from them; each cell as table, row, column, quantity.
        remarks: What people are told, in the order of their numbers.
        other: The other network that the hand-in, or the tables that are named, are rather of: its
            name, the model with its input, classes and settings as they are to be asked for, how
            many cells are right for it, how many for the one that is asked for, and of how many;
            null if it is of no other that is known.
        missing_rows, extra_rows, reordered_rows: Layers without a row; rows without a layer; rows
            that stand at another place than their layer; each row as table, row.
    """
    marked = feedback.marked
    sheets = marked.sheets
    score = feedback.shows_score
    marks = feedback.shows_marks
    return {
        "schema": SCHEMA,
        "file": line(feedback.name),
        "table": line(sheets[0].sheet.table.place),
        "tables": [
            {"table": one.sheet.number + 1, "place": line(one.sheet.table.place)} for one in sheets
        ],
        "model": line(marked.truth.graph.name),
        "feedback": feedback.level,
        "points": plain(marked.points) if score else None,
        "out_of": plain(marked.out_of) if score else None,
        "right": marked.is_right if score else None,
        "notes": list(feedback.notes) if score else None,
        "columns": _columns(feedback) if score else None,
        "unrecognised": [line(title) for one in sheets for title in one.sheet.unrecognised]
        if score
        else None,
        "cells": [_cell(mark, feedback) for mark in marked.marks] if marks else None,
        "gaps": _gaps(feedback) if marks else None,
        "causes": [_cause(cause) for cause in marked.causes] if marks else None,
        "remarks": _remarks(feedback) if marks else None,
        "other": _other(marked.fit) if marked.fit and score else None,
        "missing_rows": list(map(line, marked.missing)) if marks else None,
        "extra_rows": _rows(sheets, lambda one: one.alignment.extra) if marks else None,
        "reordered_rows": _rows(sheets, lambda one: one.alignment.reordered) if marks else None,
    }


def _rows(sheets: Sequence[Held], rows: Callable[[Held], Sequence[int]]) -> list[list[int]]:
    return [[one.sheet.number + 1, row + 1] for one in sheets for row in rows(one)]


def _columns(feedback: Feedback) -> list[dict[str, Any]]:
    return [
        {
            "table": one.sheet.number + 1,
            "column": read.column.index + 1,
            "title": line(read.column.title),
            "quantity": read.quantity,
            "convention": read.reading and read.reading.name,
            "declared": read.is_declared,
        }
        for one in feedback.marked.sheets
        for read in one.reads.values()
    ]


def _cell(mark: Mark, feedback: Feedback) -> dict[str, Any]:
    remark = feedback.remark_on.get(mark.cell)
    return {
        "table": mark.entry.table + 1,
        "row": mark.entry.row + 1,
        "column": mark.entry.column + 1,
        "layer": line(mark.layer),
        "quantity": mark.quantity,
        "text": harmless(mark.entry.written.text),
        "verdict": mark.verdict.word,
        "points": plain(mark.points),
        "worth": plain(mark.worth),
        "mistake": remark and remark.key,
        "follows_from": [[line(layer), quantity] for layer, quantity in mark.follows_from],
        "answer": plain(mark.answer) if feedback.shows_answers else None,
    }


def _gaps(feedback: Feedback) -> list[dict[str, Any]]:
    return [
        {"layer": line(gap.layer), "quantity": gap.quantity, "worth": plain(gap.worth)}
        for gap in feedback.marked.gaps
    ]


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "mistake": cause.key,
        "words": line(cause.words),
        "hint": cause.hint,
        "certain": cause.is_certain,
        "others": list(cause.others),
        "cells": list(map(_place, cause.cells)),
        "following": list(map(_place, cause.following)),
    }


def _other(fit: OtherFit) -> dict[str, Any]:
    other = fit.other
    shape = other.variant.input
    return {
        "network": line(other.words.format(**other.names)),
        "model": other.model or None,
        "input": None if shape is None else list(shape),
        "classes": other.variant.classes,
        "settings": {name: dict(changes) for name, changes in other.variant.settings.items()},
        "right": fit.right,
        "right_as_asked": fit.own,
        "of": fit.of,
        "tables": [number + 1 for number in sorted(fit.tables)],
    }


def _remarks(feedback: Feedback) -> list[dict[str, Any]]:
    return [
        {"mistake": remark.key, "where": remark.where, "words": remark.words, "hint": remark.hint}
        for remark in feedback.remarks
    ]


def _place(cell: Cell) -> list[Any]:
    table, row, column, quantity = cell
    return [table + 1, row + 1, column + 1, quantity]
