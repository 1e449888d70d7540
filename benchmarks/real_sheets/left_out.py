"""How well causes are told of sheets that nothing was counted on.

    python benchmarks/real_sheets/left_out.py [--verbose]

Each round of sheets that moved into `open/` is held against its networks with the mistakes counted
on the sheets of all other rounds. When a sheet moved is what git knows.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from unittest.mock import patch

from answers import WRONG, answered, is_true
from facts import ROOT, Sheet, sheets
from priors import counts_of

from archstat.homework.mistakes import likelihood

MOVES = ("git", "log", "--reverse", "--diff-filter=AR", "--name-status", "--format=%x00", "-M50%")
ROWS = ("sheets", "wrong cells", "found", "causes told", "told and true")


def rounds(found: Sequence[Sheet]) -> list[list[Sheet]]:
    """Return sheets by the round in which they moved into the open half, the first to last."""
    log = subprocess.run(
        [*MOVES, "--", "."], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    numbers: dict[str, int] = {}
    number = 0
    for commit in log.split("\0"):
        lines = [line.split("\t") for line in commit.splitlines() if line.endswith("/facts.toml")]
        opened = [paths for _, *paths in lines if "/open/" in paths[-1]]
        number += any("/closed/" in paths[0] for paths in opened)
        for paths in opened:
            numbers.setdefault(paths[-1].split("/")[-2], number)
    groups: dict[int, list[Sheet]] = {}
    for sheet in found:
        groups.setdefault(numbers.get(sheet.name, number), []).append(sheet)
    return [groups[key] for key in sorted(groups)]


def told(left_out: Sequence[Sheet], others: Sequence[Sheet], *, is_verbose: bool) -> Counter[str]:
    """Return what is told of the causes on some sheets, by what was counted on others."""
    tally = Counter({"sheets": len(left_out)})
    likelihood.log_prior.cache_clear()
    with patch.object(likelihood, "counted", return_value=counts_of(others)):
        for sheet in left_out:
            if sheet.is_perfect:
                continue
            for cell, said in answered(sheet).said.items():
                if cell.is_wrong:
                    truth = is_true(cell, said) if said.verdict in WRONG else None
                    tally["wrong cells"] += 1
                    tally["found"] += said.verdict in WRONG
                    tally["causes told"] += truth is not None
                    tally["told and true"] += truth is True
                    if is_verbose and truth is False:
                        where = f"{sheet.name} {cell.at} {cell.of}.{cell.quantity} {cell.text!r}"
                        print(f"{where}: {cell.cause}; told: {said.verdict} {said.cause}")
    likelihood.log_prior.cache_clear()
    return tally


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    if unknown := sorted(set(arguments) - {"--verbose"}):
        sys.exit(f"unknown option: {' '.join(unknown)}; there is --verbose")
    groups = rounds(sheets("open"))
    whole: Counter[str] = Counter()
    lines = []
    for number, group in enumerate(groups, start=1):
        others = [sheet for other in groups if other is not group for sheet in other]
        tally = told(group, others, is_verbose=bool(arguments))
        whole.update(tally)
        lines.append(_line(str(number), tally))
    print(f"\n| round left out | {' | '.join(ROWS)} | of told | of wrong |")
    print(f"| :--- |{' ---: |' * (len(ROWS) + 2)}")
    print("\n".join([*lines, _line("all", whole)]))
    return 0


def _line(name: str, tally: Counter[str]) -> str:
    counts = " | ".join(str(tally[row]) for row in ROWS)
    true = tally["told and true"]
    shares = (true / max(1, tally[of]) for of in ("causes told", "wrong cells"))
    return f"| {name} | {counts} | {' | '.join(f'{share:.1%}' for share in shares)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
