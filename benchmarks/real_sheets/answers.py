"""What archstat says of a sheet, cell by cell, beside what is known of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from facts import Cell, Sheet, causes

from archstat.cli.app import application
from archstat.homework.reading.text import plain

RIGHT = {"right", "rounded"}
WRONG = {"wrong", "follows"}
SAME = 2.5  # how alike two cells are that say the same of the same quantity
SHORTEST = 3  # of texts that are found within others


@dataclass(frozen=True)
class Said:
    """What is said of one cell; an empty verdict where it is not marked."""

    verdict: str = ""
    cause: str = ""
    points: float = 0
    worth: float = 0
    follows_from: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answered:
    """A sheet with what is said of its cells.

    Attributes:
        others: What is called wrong beside the cells that are known.
        error: Why nothing is said at all.
    """

    sheet: Sheet
    said: Mapping[Cell, Said] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    error: str = ""

    @property
    def has_full_marks(self) -> bool:
        """Whether every right cell earns all that it is worth, and nothing else is wrong."""
        asked = [one for cell, one in self.said.items() if not cell.is_given]
        return (
            not self.error
            and not self.others
            and all(one.verdict in RIGHT | {"convention"} for one in asked)
            and all(one.points == one.worth for one in self.said.values())
        )


def answered(sheet: Sheet) -> Answered:
    """Return what `archstat check` says of a sheet."""
    facts = sheet.facts
    command = [facts["sheet"], "--against", facts["model"], "-f", "json"]
    for shape in facts.get("inputs", []):
        command += ["--input", shape]
    out, errors = io.StringIO(), io.StringIO()
    try:
        with chdir(sheet.folder), redirect_stdout(out), redirect_stderr(errors):
            application(["check", "kinds"])(
                ["check", *command, *facts.get("options", [])], prog_name="archstat"
            )
    except SystemExit as ended:
        if ended.code not in {0, 1}:
            return Answered(sheet, dict.fromkeys(sheet.cells, Said()), error=errors.getvalue())
    except Exception as failure:  # noqa: BLE001  a crash is an answer, too
        error = f"{type(failure).__name__}: {failure}"
        return Answered(sheet, dict.fromkeys(sheet.cells, Said()), error=error)
    answer = json.loads(out.getvalue())
    return _beside(sheet, answer)


def _beside(sheet: Sheet, answer: Mapping[str, Any]) -> Answered:
    marked = [one for one in answer["cells"] if one["verdict"] != "not_asked"]
    by_row = sorted(sheet.cells, key=lambda cell: cell.at)
    turned = sorted(sheet.cells, key=lambda cell: (cell.at[0], cell.at[2], cell.at[1]))
    cells, pairs = max(  # layers may stand side by side, and facts in any order
        ((cells, aligned(cells, marked)) for cells in (sheet.cells, by_row, turned)),
        key=lambda one: len(one[1]),
    )
    pairs += _elsewhere(cells, marked, pairs)
    told = _told(answer)
    said = dict.fromkeys(sheet.cells, Said())
    for mine, theirs in pairs:
        one = marked[theirs]
        place = (one.get("table", 1), one["row"], one["column"], one["quantity"])
        said[cells[mine]] = Said(
            one["verdict"],
            told.get(place, ""),
            one["points"],
            one["worth"],
            tuple(map(tuple, one["follows_from"])),
        )
    matched = {theirs for _, theirs in pairs}
    others = tuple(
        f"{one['layer']}.{one['quantity']} {one['text']!r}: {one['verdict']}"
        for number, one in enumerate(marked)
        if number not in matched and one["verdict"] in WRONG
    )
    return Answered(sheet, said, others)


def _elsewhere(
    cells: Sequence[Cell],
    marked: Sequence[Mapping[str, Any]],
    pairs: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Return which of the other cells are the same wherever they stand: totals in the text."""
    mine, theirs = (
        (set(numbers) for numbers in zip(*pairs, strict=True)) if pairs else (set(), set())
    )
    found: list[tuple[int, int]] = []
    for i, cell in enumerate(cells):
        for j, other in enumerate(marked):
            is_free = i not in mine and j not in theirs
            if is_free and _likeness(cell, other) >= SAME and other["quantity"] == cell.quantity:
                found.append((i, j))
                mine.add(i)
                theirs.add(j)
    return found


def _told(answer: Mapping[str, Any]) -> dict[tuple[Any, ...], str]:
    """Return the cause that is told of a cell for certain."""
    told = {}
    for cause in answer["causes"]:
        if cause["certain"] and cause["mistake"] != "unknown":
            for cell in cause["cells"]:
                table = cell[:-3] or [1]
                told[*table, *cell[-3:]] = cause["mistake"]
    return told


def aligned(mine: Sequence[Cell], theirs: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Return which cells are the same: in the order of the sheet, by place, text and quantity."""
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(mine) + 1)]
    for i in range(len(mine) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            same = _likeness(mine[i], theirs[j])
            best[i][j] = max(
                best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + same if same else 0.0
            )
    pairs = []
    i = j = 0
    while i < len(mine) and j < len(theirs):
        same = _likeness(mine[i], theirs[j])
        if same and best[i][j] == best[i + 1][j + 1] + same:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(cell: Cell, other: Mapping[str, Any]) -> float:
    theirs = _spelled(other["text"])
    texts = [_spelled(text) for text in (cell.text, cell.part) if text]
    is_asked = other["quantity"] == cell.quantity
    is_part = len(min(theirs, texts[0], key=len)) >= SHORTEST or is_asked
    if not theirs or not (
        theirs in texts or (is_part and any(theirs in text or text in theirs for text in texts))
    ):
        return 0.0
    place = (other.get("table", 1), other["row"], other["column"])
    return (
        1.0
        + (theirs in texts)
        + 0.5 * is_asked
        + 0.5 * (other["layer"] == cell.of)
        + 0.25 * (place[1:] == cell.at[1:])
        + 0.125 * (place[0] == cell.at[0])
    )


def _spelled(text: str) -> str:
    """Return a text without blanks and markup."""
    text = plain(text).replace("×", "x").replace("·", "*")
    return re.sub(r"[\s$*`\\−–-]", "", text)


def is_true(cell: Cell, said: Said) -> bool | None:
    """Return whether the cause that is told of a wrong cell is the true one; None: none is told."""
    names = [cause.partition(":")[0] for cause in cell.cause.split("|")]
    is_told = bool(said.cause) and any(
        said.cause in causes()[name].get("keys", [name]) for name in names
    )
    if said.verdict == "follows":
        return is_told or "follows" in names
    return is_told if said.cause else None
