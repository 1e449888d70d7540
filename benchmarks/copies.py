"""Whether `archstat bench A A` finds a model as fast as its own copy.

A run in which either is CONTENDED is printed, but does not count.

    python benchmarks/copies.py [--runs 10]

The exit code is 1 if a ratio is beyond 0.5 % at batch 1 or 2 % at batch 32, if an answer is not
SAME, or if no run counts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from benched import CONTENDED, Options, benched, options
from counters import print_table

CLAIMS = {1: 0.005, 32: 0.02}
"""How far from 1 a ratio may be, by batch."""


def rows(asked: Options, met: dict[int, list[bool]]) -> Iterator[Sequence[str]]:
    """Yield a row for each run and batch, and note whether it is as claimed, if it counts."""
    model = asked.models[0]
    for number in range(1, asked.runs + 1):
        for row in benched([model, model], list(CLAIMS), *asked.more)["rows"]:
            first, copy = row["entries"]
            size, ratio = row["case"]["batch_size"], copy["latency_ratio"]
            verdicts = [first["verdict"], copy["verdict"]]
            is_near = abs(ratio["value"] - 1) <= CLAIMS[size]
            if CONTENDED not in verdicts:
                met[size].append(is_near and copy["answer"] == "SAME")
            interval = ratio["interval"]
            yield (
                str(number),
                str(size),
                f"{ratio['value']:.4f}",
                "?" if interval is None else f"{interval[0]:.4f} to {interval[1]:.4f}",
                copy["answer"],
                ", ".join(dict.fromkeys(verdicts)),
            )


def main() -> int:
    """Print one table; return 1 if a claim is not met."""
    asked = options(__doc__, ["torchvision/alexnet"], runs=10)
    met: dict[int, list[bool]] = {size: [] for size in CLAIMS}
    print_table(("run", "batch", "ratio", "95 % interval", "answer", "verdicts"), rows(asked, met))
    print()
    for size, each in met.items():
        print(f"batch {size}: {sum(each)} of {len(each)} runs that count are as claimed")
    return int(not all(each and all(each) for each in met.values()))


if __name__ == "__main__":
    sys.exit(main())
