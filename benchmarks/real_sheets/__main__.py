"""How well real homework is marked: sheets as courses, blogs and tools have them.

    python benchmarks/real_sheets [--closed] [--verbose] [NAME…]

Every sheet is held against its network by `archstat check`, with the options that its facts
state; what is said of each cell is counted beside what is known of it. `--verbose` lists each cell
of which something else is said. The closed half is looked at when a round of work is done, as a
whole only.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from answers import RIGHT, WRONG, Answered, answered, is_true
from facts import Cell, Sheet, sheets

OPTIONS = {"--closed", "--verbose"}
ROWS = {
    "sheets": "",
    "no option needed": "sheets",
    "not read at all": "sheets",
    "cells": "",
    "right cells": "",
    "called right": "right cells",
    "right under another convention": "right cells",
    "called wrong: false alarms": "right cells",
    "not marked": "right cells",
    "settings": "",
    "settings called wrong: false alarms": "settings",
    "wrong cells": "",
    "found": "wrong cells",
    "called right by mistake": "wrong cells",
    "causes told": "wrong cells",
    "causes told and true": "causes told",
    "causes told and false": "causes told",
    "other cells called wrong": "",
    "perfect tables": "",
    "with full marks": "perfect tables",
}
"""What is counted, and of what each is a share."""


def count(result: Answered) -> Counter[str]:
    """Return what came of a sheet."""
    tally = Counter(
        {
            "sheets": 1,
            "no option needed": not result.sheet.facts.get("options"),
            "not read at all": bool(result.error),
            "cells": len(result.said),
            "other cells called wrong": len(result.others),
            "perfect tables": result.sheet.is_perfect,
            "with full marks": result.sheet.is_perfect and result.has_full_marks,
        }
    )
    for cell, said in result.said.items():
        tally.update(_count(result.sheet, cell, said.verdict))
        if cell.is_wrong and said.verdict in WRONG:
            truth = is_true(cell, said)
            tally["causes told"] += truth is not None
            tally["causes told and true"] += truth is True
            tally["causes told and false"] += truth is False
    return tally


def _count(sheet: Sheet, cell: Cell, verdict: str) -> list[str]:
    if cell.is_given:
        return ["settings"] + ["settings called wrong: false alarms"] * (verdict in WRONG)
    is_convention = verdict == "convention"
    if cell.is_wrong:
        is_found, is_missed = verdict in WRONG, verdict in RIGHT or is_convention
        return ["wrong cells"] + ["found"] * is_found + ["called right by mistake"] * is_missed
    if is_convention and (cell.at[0], cell.at[2]) in sheet.columns_under_conventions:
        return ["right cells", "called right"]
    if verdict in RIGHT:
        return ["right cells", "called right"]
    if is_convention:
        return ["right cells", "right under another convention"]
    return ["right cells", "called wrong: false alarms" if verdict in WRONG else "not marked"]


def report(result: Answered) -> None:
    """Print each cell of which something else is said than what is known."""
    print(f"\n{result.sheet.name}")
    if result.error:
        print(f"  {result.error.strip()}")
        return
    for cell, said in result.said.items():
        counted = _count(result.sheet, cell, said.verdict)
        truth = is_true(cell, said) if cell.is_wrong else None
        if counted in (["right cells", "called right"], ["settings"]) or truth:
            continue
        row, column = cell.at[1:]
        known = f"{cell.verdict} {cell.truth} {cell.cause}".strip()
        told = " ".join(filter(None, [said.verdict or "not marked", said.cause]))
        print(f"  {row}:{column} {cell.of}.{cell.quantity} {cell.text!r}: {known}; said: {told}")
    for other in result.others:
        print(f"  beside these: {other}")


def chosen(names: Sequence[str], half: str) -> list[Sheet]:
    """Return the sheets of these names, of one half; all where none is named."""
    found = sheets(half)
    if not found:
        sys.exit(f"there are no sheets in the {half} half")
    unknown = set(names) - {sheet.name for sheet in found}
    if unknown:
        sys.exit(f"no such sheet in the {half} half: {', '.join(sorted(unknown))}")
    return [sheet for sheet in found if not names or sheet.name in names]


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    options = {one for one in arguments if one.startswith("-")}
    if unknown := sorted(options - OPTIONS):
        sys.exit(f"unknown option: {' '.join(unknown)}; there are --closed and --verbose")
    half = "closed" if "--closed" in options else "open"
    tally: Counter[str] = Counter()
    for sheet in chosen([one for one in arguments if one not in options], half):
        result = answered(sheet)
        tally.update(count(result))
        if "--verbose" in options:
            report(result)
    print(f"\n| the {half} half | count | share |\n| :--- | ---: | ---: |")
    for row, whole in ROWS.items():
        share = f"{tally[row] / tally[whole]:.1%} of {whole}" if whole and tally[whole] else ""
        print(f"| {row} | {tally[row]:,} | {share} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
