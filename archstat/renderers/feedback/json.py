"""Feedback as JSON, by the contract that the README documents; it holds everything."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from archstat.homework.feedback import Feedback
from archstat.homework.marks import Mark
from archstat.homework.truth import Answer

SCHEMA = 1
"""The version of the contract."""


def render(feedback: Feedback) -> str:
    """Return one JSON document."""
    return json.dumps(document(feedback), ensure_ascii=False, indent=2) + "\n"


def document(feedback: Feedback) -> dict[str, Any]:
    """Return a marked sheet as the contract has it; answers stand there at the level "full"."""
    marked = feedback.marked
    sheet, alignment = marked.sheet, marked.alignment
    causes = [
        {
            "mistake": cause.key,
            "words": cause.words,
            "hint": cause.hint,
            "certain": cause.is_certain,
            "others": list(cause.others),
            "cells": [list(cell[:2]) for cell in cause.cells],
            "following": [list(cell[:2]) for cell in cause.following],
        }
        for cause in marked.causes
    ]
    return {
        "schema": SCHEMA,
        "file": feedback.name,
        "table": sheet.table.place,
        "model": marked.truth.graph.name,
        "points": _plain(marked.points),
        "out_of": _plain(marked.out_of),
        "right": marked.is_right,
        "columns": [
            {
                "title": read.column.title,
                "column": read.column.index,
                "quantity": read.quantity,
                "convention": read.reading and read.reading.name,
            }
            for read in marked.reads.values()
        ],
        "unrecognised": list(sheet.unrecognised),
        "cells": [_cell(mark, feedback) for mark in marked.marks],
        "causes": causes if feedback.shows_marks else [],
        "missing_rows": list(alignment.missing),
        "extra_rows": list(alignment.extra),
        "reordered_rows": list(alignment.reordered),
    }


def _cell(mark: Mark, feedback: Feedback) -> dict[str, Any]:
    cell = {
        "row": mark.entry.row,
        "column": mark.entry.column,
        "layer": mark.layer,
        "quantity": mark.quantity,
        "text": mark.entry.written.text,
        "verdict": mark.verdict.word,
        "points": _plain(mark.points),
        "worth": _plain(mark.worth),
        "follows_from": [list(place) for place in mark.follows_from],
    }
    return {**cell, "answer": _plain(mark.answer)} if feedback.shows_answers else cell


def _plain(value: Answer) -> Any:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return list(value) if isinstance(value, tuple) else value
