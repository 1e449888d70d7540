"""How often each mistake was made on the open sheets, which `archstat check` goes by.

    python benchmarks/real_sheets/priors.py [--write]

Counted are occasions, not cells: a mistake in a column of a sheet counts once; one of several that
cannot be told apart counts as its share. `--write` puts the counts beside the mistakes of archstat.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from facts import Cell, Sheet, sheets

import archstat
from archstat.homework.mistakes.likelihood import class_of

FILE = Path(archstat.__file__).parent / "homework/mistakes/priors.toml"
HEAD = """# How often each mistake was made on the {count} open sheets of benchmarks/real_sheets, by
# what it made wrong: `python benchmarks/real_sheets/priors.py --write` counts and writes it.
"""
SAME = {"channels": "filters"}


def counts_of(found: Iterable[Sheet]) -> dict[str, Counter[str]]:
    """Return how often each mistake was made, by what it made wrong."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for sheet in found:
        occasions = {
            (about(cell), cell.at[0], cell.at[2] if about(cell) != "sum" else 0, cell.cause)
            for cell in sheet.cells
            if cell.is_wrong and not cell.cause.startswith("follows")
        }
        for kind, _, _, cause in occasions:
            names = [name for name in cause.split("|") if not name.startswith("follows")]
            for name in names:
                counts[kind][name] += 1 / len(names)
    return counts


def about(cell: Cell) -> str:
    """Return what a cell is about, as far as cells go wrong in different ways."""
    quantity = SAME.get(cell.quantity, cell.quantity)
    return class_of(quantity, is_sum="*" in cell.of or "+" in cell.of)


def text_of(counts: dict[str, Counter[str]], sheets_counted: int) -> str:
    """Return the counts as TOML."""
    lines = [HEAD.format(count=sheets_counted)]
    for kind, names in sorted(counts.items()):
        lines.append(f"[{kind}]")
        pairs = sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))
        lines += [f"{name} = {round(count, 2):g}" for name, count in pairs]
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


if __name__ == "__main__":
    every = sheets("open")
    text = text_of(counts_of(every), len(every))
    if "--write" in sys.argv[1:]:
        FILE.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
